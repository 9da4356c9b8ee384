/** Why a command could not do what it was asked for. */
export type AdminErrorCode =
  /** Redis does not answer. */
  | "REDIS_AWAY"
  /** Nothing goes by the name that was given. */
  | "NOT_FOUND";

/** A failure to tell the person at the terminal: what, and the way out. */
export class AdminError extends Error {
  override readonly name = "AdminError";
  readonly code: AdminErrorCode;

  constructor(code: AdminErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
