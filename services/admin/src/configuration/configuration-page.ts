import type { Setting } from "@redspot/runtime";
import { SERVICES, type ServiceName } from "./services.ts";

const HEAD = `<!-- npm run configuration writes this page: what is to change is in the services' schemas. -->

# Configuration

Services are configured by environment variables, read once when they start. A variable that is empty counts as not set. Every
mistake is printed at once, by name and never with the value, and the service then ends with status 2.

\`\`\`
npm run admin -- config check
\`\`\`

says, before anything is started, what is wrong with the environment it is given (\`--env-file FILE\` reads one as Docker has
it), and which variables are misspelt.

Secrets can also come from a file, as Docker and Kubernetes mount them: the variable's name with \`_FILE\` after it then holds the
path. These have *or file* in the tables.
`;

const TITLES: Record<ServiceName, string> = {
  stow: "stow: receiving",
  inference: "inference: analysing",
  worklist: "worklist: reporting and the reading list",
};

/** docs/configuration.md: what every service can be told, from the services themselves. */
export function configurationPage(settings: Readonly<Record<ServiceName, readonly Setting[]>>): string {
  const rows = (service: ServiceName) => settings[service].map(rowOf);
  const everywhere = rows("stow").filter((row) => SERVICES.every((service) => rows(service).includes(row)));
  const section = (title: string, own: readonly string[]) =>
    [`## ${title}`, "", "| variable | what it is for | without it |", "|---|---|---|", ...own, ""].join("\n");
  return [
    HEAD,
    section("Every service", everywhere),
    ...SERVICES.map((service) =>
      section(
        TITLES[service],
        rows(service).filter((row) => !everywhere.includes(row)),
      ),
    ),
  ].join("\n");
}

function rowOf({ name, about, otherwise, isRequired, isSecret, needs }: Setting): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const without = otherwise === undefined ? "" : cell(otherwise || "empty");
  const onlyWith = needs.length === 0 ? "" : `; only with ${needs.map((one) => `\`${one}\``).join(", ")}`;
  return `| \`${name}\`${isSecret ? " *or file*" : ""} | ${cell(about)}${onlyWith} | ${isRequired ? "**required**" : without} |`;
}
