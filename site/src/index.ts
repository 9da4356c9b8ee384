export { buildSite } from "./build-site.ts";
export { type NavigationSection, readNavigation } from "./navigation.ts";
export { type MarkdownPage, readMarkdown } from "./read-markdown.ts";
export { brokenLinks, isElsewhere, pageOf, type SourcePage, sourcePages, targetOf } from "./source.ts";
