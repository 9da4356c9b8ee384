import { setTimeout as pause } from "node:timers/promises";
import type { ChildProgram } from "./child-program.ts";
import { TestbedError } from "./testbed-error.ts";

export interface WaitOptions {
  /** What is waited for, for the message: "Redis answers". */
  readonly what: string;
  readonly timeoutSeconds?: number;
  readonly intervalMilliseconds?: number;
  /** Programs that must stay alive meanwhile: when one ends, waiting ends at once with its last lines. */
  readonly programs?: readonly ChildProgram[];
}

/**
 * Asks `probe` again and again until it gives something other than undefined or false, and gives that back. A probe
 * that throws counts as "not yet", its error as the cause of the NOT_READY that ends the waiting.
 */
export async function waitUntil<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { what, timeoutSeconds = 60, intervalMilliseconds = 100, programs = [] }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    const ended = programs.find((program) => program.exit !== undefined);
    if (ended) throw ended.endedError();
    if (performance.now() > deadline) {
      const reason = cause instanceof Error ? ` (${cause.message})` : "";
      throw new TestbedError("NOT_READY", `${what}: not within ${timeoutSeconds} s${reason}.`, { cause });
    }
    await pause(intervalMilliseconds);
  }
}
