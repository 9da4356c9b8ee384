import { existsSync } from "node:fs";
import { join } from "node:path";
import { TestbedError } from "./testbed-error.ts";

// /usr/sbin holds Orthanc on Debian and is on root's PATH only, so the PATH is no help here.
const folders = ["/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin", "/opt/homebrew/bin"];

/** Absolute path of an installed program; throws MISSING_PROGRAM with the Debian package that has it. */
export function findProgram(program: string, debianPackage: string): string {
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found) return found;
  throw new TestbedError(
    "MISSING_PROGRAM",
    `${program} is not installed. On Debian or Ubuntu it is in the package ${debianPackage}; "npm run setup" installs it.`,
  );
}

/** Whether a program is installed. */
export function hasProgram(program: string): boolean {
  return folders.some((folder) => existsSync(join(folder, program)));
}
