import { readMarkdown } from "@redspot/site";

export interface Traceability {
  /** docs/traceability.md. */
  readonly page: string;
  /** What the project promises elsewhere, each by the words in bold with which it begins. */
  readonly promises: readonly string[];
  /** The text of a file by its path from the page; undefined where it is not there. */
  readonly sourceOf: (target: string) => string | undefined;
}

interface Row {
  readonly id: string;
  readonly text: string;
  /** The controls that it names. */
  readonly controls: readonly string[];
}

interface Control {
  readonly id: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

/** The three tables of the page. */
export function readTraceability(page: string): { requirements: Row[]; hazards: Row[]; controls: Control[] } {
  const rows = (prefix: string) =>
    [...page.matchAll(new RegExp(`^\\| (${prefix}\\d+) \\|(.*)\\|$`, "gm"))].map(([, id = "", cells = ""]) => ({
      id,
      cells: cells.split("|").map((cell) => cell.trim()),
    }));
  const named = (prefix: string): Row[] =>
    rows(prefix).map(({ id, cells }) => ({
      id,
      text: cells[0] ?? "",
      controls: (cells.at(-1) ?? "").match(/C\d+/g) ?? [],
    }));
  const controls = rows("C").map(({ id, cells }) => ({
    id,
    tests: [...(cells[2] ?? "").matchAll(/\[[^\]]+\]\(([^)]+)\) "([^"]+)"/g)].map(([, file = "", name = ""]) => ({
      file,
      name,
    })),
  }));
  return { requirements: named("R"), hazards: named("H"), controls };
}

/** The words in bold with which the items or rows of a section begin: what is promised there. */
export function promisesOf(page: string, heading: string): string[] {
  const { headings } = readMarkdown(page);
  if (!headings.some(({ text }) => text === heading)) throw new Error(`there is no heading "${heading}"`);
  const [, section = ""] = page.split(`## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(/^(?:- |\| )\*\*([^*]+)\*\*/gm)].map(([, words = ""]) => words);
}

/** What is wrong with the page. */
export function mistakesIn({ page, promises, sourceOf }: Traceability): string[] {
  const { requirements, hazards, controls } = readTraceability(page);
  const ids = new Set(controls.map(({ id }) => id));
  const needed = new Set([...requirements, ...hazards].flatMap((row) => row.controls));
  return [
    ...promises
      .filter((words) => !requirements.some(({ text }) => text.includes(`**${words}**`)))
      .map((words) => `no requirement says "${words}"`),
    ...[...requirements, ...hazards].flatMap(({ id, controls: of }) =>
      of.length === 0
        ? [`${id} has no control`]
        : of.filter((control) => !ids.has(control)).map((control) => `${id} names ${control}, which is not there`),
    ),
    ...controls.flatMap(({ id, tests }) => [
      ...(tests.length === 0 ? [`${id} names no test`] : []),
      ...(needed.has(id) ? [] : [`${id} stands against no hazard and for no requirement`]),
      ...tests.flatMap(({ file, name }) => {
        const source = sourceOf(file);
        if (source === undefined) return [`${id}: ${file} does not exist`];
        const isThere = [`"${name}"`, `\`${name}\``].some((literal) =>
          new RegExp(`\\b(test|it)\\(\\s*${escaped(literal)}`).test(source),
        );
        return isThere ? [] : [`${id}: ${file} has no test "${name}"`];
      }),
    ]),
  ];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
