/** What the service answers when it cannot do what was asked: HTTP status and words, by code. */
export const WORKLIST_ERRORS = {
  BAD_REQUEST: { status: 400, text: "The request is not one that this service understands" },
  TOKEN_UNKNOWN: { status: 401, text: "This token is not one that may use the reading list" },
  TOKEN_MAY_NOT_READ: { status: 403, text: "This token may not read the reading list: it lacks the scope read" },
  TOKEN_TOO_LONG: {
    status: 400,
    text: "This token is too long for a browser session; send it as Authorization: Bearer",
  },
  NOT_FOUND: { status: 404, text: "There is nothing at this address" },
  STUDY_UNKNOWN: { status: 404, text: "The reading list has no such study" },
  STUDY_TAKEN: { status: 409, text: "Somebody else is reading this study" },
  STUDY_ENDED: { status: 409, text: "This study has been completed or withdrawn; it can be reopened" },
  WRONG_ORIGIN: { status: 403, text: "A page of another origin may change nothing here" },
  METHOD_NOT_ALLOWED: { status: 405, text: "This resource has other methods: see Allow" },
  NOT_ACCEPTABLE: { status: 406, text: "Accept allows none of what this can be written in" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, text: "The body is of none of the types that this takes" },
  NO_PREVIEW: { status: 404, text: "There is no preview of this instance: it was not analysed" },
  FAILED: { status: 500, text: "The service failed at this; its log says more" },
  PACS_AWAY: { status: 503, text: "The PACS does not answer, and only it knows what is asked for" },
  STORE_AWAY: { status: 503, text: "The reading list cannot be read just now: Redis does not answer" },
} as const;

type WorklistErrorCode = keyof typeof WORKLIST_ERRORS;

export class WorklistError extends Error {
  override readonly name = "WorklistError";
  readonly code: WorklistErrorCode;
  readonly statusCode: number;
  /** More members of the answer's body. */
  readonly facts: Readonly<Record<string, string>>;

  constructor(code: WorklistErrorCode, detail?: string, facts: Readonly<Record<string, string>> = {}) {
    const { status, text } = WORKLIST_ERRORS[code];
    super(detail === undefined ? text : `${text}: ${detail}`);
    this.code = code;
    this.statusCode = status;
    this.facts = facts;
  }
}
