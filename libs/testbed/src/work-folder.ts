import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for what a program writes: given by the caller, who keeps it, or a temporary one, removed at the end. */
export interface WorkFolder {
  readonly path: string;
  /** Removes a temporary folder now; without this it goes when the process ends. */
  remove(): void;
  /** Leaves it where it is, to be looked at. */
  keep(): void;
}

/** `given` where there is one, created if need be; otherwise a new temporary folder. */
export function workFolder(purpose: string, given?: string): WorkFolder {
  if (given !== undefined) {
    mkdirSync(given, { recursive: true });
    return { path: given, remove: () => {}, keep: () => {} };
  }
  const path = mkdtempSync(join(tmpdir(), `redspot-${purpose}-`));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  const keep = () => void process.removeListener("exit", remove);
  return {
    path,
    remove() {
      keep();
      remove();
    },
    keep,
  };
}
