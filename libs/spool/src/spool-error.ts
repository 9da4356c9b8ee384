/** Why the spool could not do what it was asked for. */
export type SpoolErrorCode =
  /** An identifier is not a valid UID (PS3.5 9.1); it never becomes a path. */
  | "INVALID_UID"
  /** The spool does not hold the instance, or no preview of it. */
  | "NOT_FOUND"
  /** The file system is full or the quota used up: passes when space is made. */
  | "NO_SPACE"
  /** The file system failed in another way. */
  | "IO_FAILURE";

/** An error of the spool. Its message names UIDs and the operating system's error code, never a value of the data set. */
export class SpoolError extends Error {
  override readonly name = "SpoolError";
  readonly code: SpoolErrorCode;

  constructor(code: SpoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const FULL = new Set(["ENOSPC", "EDQUOT"]);

/** The operating system's error code, such as ENOENT; undefined for errors of another kind. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Runs an operation on the file system; what it throws becomes a SpoolError. `what` says what was being done. */
export async function onFileSystem<T>(what: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw spoolErrorOf(what, cause);
  }
}

/** What an operation on the file system threw, as a SpoolError. */
export function spoolErrorOf(what: string, cause: unknown): SpoolError {
  if (cause instanceof SpoolError) return cause;
  const code = systemCode(cause) ?? "no error code";
  if (FULL.has(code)) return new SpoolError("NO_SPACE", `${what}: no space left in the spool (${code})`, { cause });
  return new SpoolError("IO_FAILURE", `${what}: the file system answered ${code}`, { cause });
}
