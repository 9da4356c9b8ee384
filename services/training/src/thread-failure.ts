import { TrainingError, type TrainingErrorCode } from "./training-error.ts";

/** A TrainingError on its way out of a thread, where an error would lose its class. */
export interface ThreadFailure {
  failed: { code: TrainingErrorCode; message: string };
}

/** In the thread: what `work` gives, or the TrainingError that it throws. */
export async function caught<T>(work: () => Promise<T>): Promise<T | ThreadFailure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TrainingError) return { failed: { code: error.code, message: error.message } };
    throw error;
  }
}

/** At the other end: the same again. */
export function thrown<T extends object>(result: T | ThreadFailure): T {
  if ("failed" in result) throw new TrainingError(result.failed.code, result.failed.message);
  return result;
}
