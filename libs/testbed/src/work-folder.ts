import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for what a program writes: given by the caller, who keeps it, or a temporary one, removed by `remove`. */
export interface WorkFolder {
  readonly path: string;
  remove(): void;
}

/** `given` where there is one, created if need be; otherwise a new temporary folder. */
export function workFolder(purpose: string, given?: string): WorkFolder {
  if (given !== undefined) {
    mkdirSync(given, { recursive: true });
    return { path: given, remove: () => {} };
  }
  const path = mkdtempSync(join(tmpdir(), `redspot-${purpose}-`));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  return {
    path,
    remove() {
      process.removeListener("exit", remove);
      remove();
    },
  };
}
