import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The services that are deployed. */
export const serviceNames = ["stow", "inference", "worklist"] as const;

const known = new Map<string, string[]>();
const services = join(import.meta.dirname, "..", "..", "services");

/** The environment variables that a service knows: those that its --help lists, which are its schema's. */
export function variablesOf(name: string): string[] {
  const found = known.get(name);
  if (found) return found;
  const help = execFileSync(process.execPath, [join(services, name, "src", "main.ts"), "--help"], { encoding: "utf8" });
  const variables = [...help.matchAll(/^ {2}(REDSPOT_\w+)$/gm)].map(([, variable]) => variable as string);
  known.set(name, variables);
  return variables;
}
