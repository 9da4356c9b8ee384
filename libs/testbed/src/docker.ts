import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { hasProgram } from "./find-program.ts";

/** How a peer is started: as a program of this machine, or ("auto") in a container where a Docker engine answers. */
export type StartBy = "auto" | "program";

let engine: Promise<boolean> | undefined;

/** Whether a Docker engine answers; asked once, and not waited for long. */
export function dockerAnswers(): Promise<boolean> {
  engine ??= promisify(execFile)("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 3000 }).then(
    ({ stdout }) => stdout.trim() !== "",
    () => false,
  );
  return engine;
}

/**
 * Starts a peer in a container where a Docker engine answers, and as a program of this machine where none does, or
 * where the engine cannot get the image while the program is installed.
 */
export async function startByWhatIsThere<T>(
  by: StartBy,
  program: string,
  start: { container: () => Promise<T>; program: () => Promise<T> },
): Promise<T> {
  if (by === "program" || !(await dockerAnswers())) return start.program();
  try {
    return await start.container();
  } catch (error) {
    if (!hasProgram(program)) throw error;
    return start.program();
  }
}
