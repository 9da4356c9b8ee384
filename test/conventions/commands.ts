import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { SourcePage } from "@redspot/site";

const root = join(import.meta.dirname, "..", "..");

/** A command as a page has it: `npm run SCRIPT -- ARGUMENTS`. */
export interface DocumentedCommand {
  readonly page: string;
  readonly line: string;
  readonly script: string;
  readonly args: readonly string[];
}

/** Every `npm run` of a page, in its text and in its blocks. */
export function commandsOf({ path, content }: SourcePage): DocumentedCommand[] {
  return [...content.matchAll(/npm run ([\w:-]+)(?: -- ([^`"|)\n]*))?/g)].map(([line, script = "", args = ""]) => ({
    page: path,
    line: line.trim(),
    script,
    args: args.trim().split(/\s+/).filter(Boolean),
  }));
}

/** Programs with commands below commands, by the module that makes them: asked once, for all. */
const TREES: Readonly<Record<string, string>> = {
  admin: `import { admin } from "./services/admin/src/admin.ts"; const program = admin({});`,
  train: `
    import { addReproducePaper } from "./services/training/src/commands/reproduce-paper.ts";
    import { kit } from "./services/training/src/kit.ts";
    const program = kit(); addReproducePaper(program);`,
};

const trees = new Map<string, Map<string, string[]>>();
const helps = new Map<string, string>();

/** The options of a command below another, by its words ("sweep status"); undefined where there is no such command. */
export function optionsInTree(script: string, words: readonly string[]): readonly string[] | undefined {
  const source = TREES[script];
  if (source === undefined) return undefined;
  let tree = trees.get(script);
  if (!tree) {
    const walk = `${source}
      const all = (command, above) => command.commands.flatMap((one) => {
        const name = [...above, one.name()];
        return [[name.join(" "), [...command.options, ...one.options].map(({ long }) => long)], ...all(one, name)];
      });
      process.stdout.write(JSON.stringify(all(program, [])));`;
    const run = ["--input-type=module", "-e", walk];
    tree = new Map(
      JSON.parse(execFileSync(process.execPath, run, { cwd: root, encoding: "utf8" })) as [string, string[]][],
    );
    trees.set(script, tree);
  }
  for (let length = words.length; length > 0; length--) {
    const found = tree.get(words.slice(0, length).join(" "));
    if (found) return [...found, "--help"];
  }
  return undefined;
}

export const isTree = (script: string): boolean => script in TREES;

/** What `npm run SCRIPT -- --help` says, by the file that the script runs. */
export function helpOf(script: string, scripts: Record<string, string>): string {
  const known = helps.get(script);
  if (known !== undefined) return known;
  const [, file = "", words = ""] = /node ([\w./-]+\.ts)([^&]*)$/.exec(scripts[script] ?? "") ?? [];
  const args = [join(root, file), ...words.trim().split(/\s+/).filter(Boolean), "--help"];
  const help = execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  helps.set(script, help);
  return help;
}
