import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The services that are deployed. */
export const serviceNames = ["stow", "inference", "worklist"] as const;

interface Setting {
  name: string;
  isSecret: boolean;
}

const known = new Map<string, Setting[]>();
const services = join(import.meta.dirname, "..", "..", "services");

/** The environment variables that a service knows. */
export function variablesOf(name: string): string[] {
  return settingsOf(name).map((setting) => setting.name);
}

/** Those of them whose value is secret. */
export function secretsOf(name: string): string[] {
  return settingsOf(name).flatMap((setting) => (setting.isSecret ? [setting.name] : []));
}

function settingsOf(name: string): Setting[] {
  const found = known.get(name);
  if (found) return found;
  const main = join(services, name, "src", "main.ts");
  const settings = JSON.parse(
    execFileSync(process.execPath, [main, "--configuration"], { encoding: "utf8" }),
  ) as Setting[];
  known.set(name, settings);
  return settings;
}
