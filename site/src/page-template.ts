import { Markup, markup } from "@redspot/report";
import type { Heading } from "./read-markdown.ts";

export interface SiteLink {
  readonly title: string;
  readonly address: string;
}

export interface PageContent {
  readonly title: string;
  /** HTML of the page itself. */
  readonly body: string;
  readonly headings: readonly Heading[];
  readonly navigation: readonly { readonly title: string; readonly entries: readonly SiteLink[] }[];
  /** The entry of the navigation under which the page is. */
  readonly current?: string;
  /** Whether the page is that entry itself, and not one below it. */
  readonly isCurrent: boolean;
  readonly before?: SiteLink;
  readonly after?: SiteLink;
  /** The way from the page to a file of the site. */
  readonly to: (address: string) => string;
}

/** A whole page: where one is, what else there is, and what is on this page. */
export function pageTemplate(page: PageContent): string {
  const { title, navigation, current, isCurrent, to } = page;
  const entry = ({ title, address }: SiteLink) => {
    const here = address !== current ? "" : isCurrent ? ' aria-current="page"' : ' aria-current="true"';
    return markup`<li><a href="${to(address)}"${new Markup(here)}>${title}</a></li>`;
  };
  const chapters = page.headings.filter(({ depth }) => depth === 2);
  const home = to("index.html");
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === "Redspot" ? title : `${title} · Redspot`}</title>
<link rel="icon" href="${to("favicon.svg")}">
<link rel="stylesheet" href="${to("colours.css")}">
<link rel="stylesheet" href="${to("site.css")}">
<script defer src="${to("site.js")}" data-to="${home.slice(0, -"index.html".length)}"></script>
</head>
<body>
<a class="skip" href="#content">To the page's content</a>
<header>
<a class="brand" href="${home}"><img src="${to("favicon.svg")}" alt="" width="22" height="22">Redspot</a>
<search hidden>
<label for="search">Search</label>
<input id="search" type="search" autocomplete="off" spellcheck="false" aria-describedby="found">
<p id="found" role="status"></p>
<ol id="results"></ol>
</search>
</header>
<div class="columns">
<nav class="site" aria-label="Pages">
<details open>
<summary>Pages</summary>
${navigation.map(({ title, entries }) => markup`<h2>${title}</h2>\n<ul>${entries.map(entry)}</ul>\n`)}
</details>
</nav>
<main id="content" tabindex="-1">
${new Markup(page.body)}
<footer>
${page.before && markup`<a class="before" rel="prev" href="${to(page.before.address)}">← ${page.before.title}</a>`}
${page.after && markup`<a class="after" rel="next" href="${to(page.after.address)}">${page.after.title} →</a>`}
</footer>
</main>
${
  chapters.length < 2
    ? markup`<div class="chapters"></div>`
    : markup`<nav class="chapters" aria-label="On this page"><h2>On this page</h2>
<ul>${chapters.map(({ anchor, text }) => markup`<li><a href="#${anchor}">${text}</a></li>`)}</ul></nav>`
}
</div>
</body>
</html>
`.text;
}
