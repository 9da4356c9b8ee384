/** Why a command could not do what it was asked for. */
export type AdminErrorCode =
  /** Redis does not answer. */
  | "REDIS_AWAY"
  /** What the services are told is not right. */
  | "CONFIG_WRONG"
  /** A service that has to be asked is not installed beside this command. */
  | "SERVICE_MISSING"
  /** Something that Redspot stands on is not as it has to be. */
  | "NOT_WELL"
  /** Nothing goes by the name that was given. */
  | "NOT_FOUND"
  /** The PACS does not answer, after long waiting. */
  | "PACS_AWAY"
  /** The PACS does not answer what it is asked. */
  | "PACS_REFUSED"
  /** A file cannot be read. */
  | "FILE_UNREADABLE"
  /** A study that is still to be read, or is being worked on, is not forgotten just so. */
  | "STILL_NEEDED"
  /** Another sweep is under way. */
  | "SWEEP_UNDER_WAY"
  /** No sweep is under way. */
  | "NO_SWEEP"
  /** No inference process is running. */
  | "NO_PROCESS"
  /** No second model package is loaded beside the first. */
  | "NO_SHADOW"
  /** Not every inference process has the model package. */
  | "NOT_EVERYWHERE"
  /** An inference process would not let the model package speak. */
  | "NOT_ALLOWED"
  /** Nothing was promoted that could be taken back. */
  | "NOTHING_TO_ROLL_BACK"
  /** Nobody has said yes. */
  | "NOT_CONFIRMED"
  /** Somebody else has changed it meanwhile. */
  | "CHANGED_MEANWHILE"
  /** An inference process has not done what it was told within the time. */
  | "NOT_FOLLOWED"
  /** Somebody stopped the command before it was done. */
  | "STOPPED";

/** A failure to tell the person at the terminal: what, and the way out. */
export class AdminError extends Error {
  override readonly name = "AdminError";
  readonly code: AdminErrorCode;

  constructor(code: AdminErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
