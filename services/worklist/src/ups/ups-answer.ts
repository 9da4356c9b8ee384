import type { WorkitemStatus } from "@redspot/queue";

/** The transactions of the Worklist Service (PS3.18 Table 11.3-1). */
export type UpsTransaction =
  | "create"
  | "retrieve"
  | "update"
  | "changeState"
  | "requestCancellation"
  | "search"
  | "subscribe"
  | "unsubscribe"
  | "suspend";

/** Texts of the Warning header field, as PS3.18 chapters 8 and 11 have them. */
export const WARNINGS = {
  CREATED_MODIFIED: "The Workitem was created with modifications.",
  UPDATED_MODIFIED: "The Workitem was updated with modifications.",
  OPTIONAL_UNSUPPORTED: "Requested optional Attributes are not supported.",
  NOT_CLAIMED: "The target URI did not reference a claimed Workitem.",
  UPDATE_INCONSISTENT: "The submitted request is inconsistent with the current state of the Workitem.",
  STATE_INCONSISTENT: "The submitted request is inconsistent with the state of the UPS Instance.",
  TRANSACTION_UID_MISSING: "The Transaction UID is missing.",
  TRANSACTION_UID_INCORRECT: "The Transaction UID is incorrect.",
  ALREADY_CANCELED: "The UPS is already in the requested state of CANCELED.",
  ALREADY_COMPLETED: "The UPS is already in the requested state of COMPLETED.",
  IS_COMPLETED: "The UPS is already COMPLETED.",
  WILL_NOT_CANCEL: "Performer chooses not to cancel.",
  PERFORMER_AWAY: "The performer cannot be contacted.",
  MORE_RESULTS: "There are additional results that can be requested.",
  NOT_FUZZY: "The fuzzymatching parameter is not supported. Only literal matching has been performed.",
} as const;

export type UpsWarning = keyof typeof WARNINGS;

/** A status of PS3.4 CC.2 beside those that the list itself answers. */
export type UpsStatus = WorkitemStatus | "C303" | "C309" | "C312" | "0106" | "0114";

interface Answer {
  http: number;
  warning?: UpsWarning;
  /** What the status means, for the body of a failure. */
  meaning: string;
}

/** What every transaction that finds no workitem answers. */
const UNKNOWN: Answer = { http: 404, meaning: "there is no such workitem, or no such subscription" };
const INVALID: Answer = { http: 400, meaning: "the request's data set is not what the transaction needs" };

/**
 * How a status is answered over HTTP (PS3.18 11.4.3.1 and so on). Where PS3.4 and PS3.18 have no row for a case, the
 * comment says what it is.
 */
export const ANSWERS: Record<UpsTransaction, Partial<Record<UpsStatus, Answer>>> = {
  create: {
    "0000": { http: 201, meaning: "created" },
    "0106": INVALID,
    "0111": { http: 409, meaning: "a workitem of this UID exists, or has existed" },
    C309: { http: 400, meaning: "a workitem is created as SCHEDULED" },
    // One workitem a study at a time: whoever made the one that there is can cancel it.
    OTHER: { http: 409, meaning: "the study has an open workitem that another has created, or that is IN PROGRESS" },
  },
  retrieve: { C307: UNKNOWN },
  update: {
    "0000": { http: 200, meaning: "updated" },
    "0106": { ...INVALID, warning: "UPDATE_INCONSISTENT" },
    C300: { http: 400, warning: "UPDATE_INCONSISTENT", meaning: "the workitem may no longer be updated so" },
    C301: { http: 400, warning: "TRANSACTION_UID_INCORRECT", meaning: "another Transaction UID holds the workitem" },
    C303: { http: 400, warning: "UPDATE_INCONSISTENT", meaning: "the state changes by Change Workitem State only" },
    C307: UNKNOWN,
    C310: {
      http: 409,
      warning: "NOT_CLAIMED",
      meaning: "a Transaction UID was given, but nobody has claimed the workitem",
    },
  },
  changeState: {
    "0000": { http: 200, meaning: "changed" },
    "0106": { ...INVALID, warning: "STATE_INCONSISTENT" },
    B304: { http: 200, warning: "ALREADY_CANCELED", meaning: "already CANCELED" },
    B306: { http: 200, warning: "ALREADY_COMPLETED", meaning: "already COMPLETED" },
    C300: { http: 409, warning: "STATE_INCONSISTENT", meaning: "the workitem is in a final state" },
    C301: { http: 400, warning: "TRANSACTION_UID_INCORRECT", meaning: "another Transaction UID holds the workitem" },
    C302: { http: 409, warning: "STATE_INCONSISTENT", meaning: "the workitem is already IN PROGRESS" },
    C303: { http: 409, warning: "STATE_INCONSISTENT", meaning: "a workitem becomes SCHEDULED by being created only" },
    C304: { http: 409, warning: "STATE_INCONSISTENT", meaning: "attributes that the final state requires are missing" },
    C307: UNKNOWN,
    C310: { http: 409, warning: "STATE_INCONSISTENT", meaning: "the workitem is not yet IN PROGRESS" },
  },
  requestCancellation: {
    "0000": { http: 202, meaning: "accepted" },
    "0106": INVALID,
    B304: { http: 202, warning: "ALREADY_CANCELED", meaning: "already CANCELED" },
    C307: UNKNOWN,
    C311: { http: 409, warning: "IS_COMPLETED", meaning: "the workitem is already COMPLETED" },
    C312: { http: 409, warning: "PERFORMER_AWAY", meaning: "nobody is subscribed who could be told" },
    C313: { http: 409, warning: "WILL_NOT_CANCEL", meaning: "a person reads the study on Redspot's own page" },
  },
  search: { "0106": INVALID },
  subscribe: { "0106": INVALID, C307: UNKNOWN },
  unsubscribe: { "0106": INVALID, C307: UNKNOWN },
  suspend: { "0106": INVALID, C307: UNKNOWN },
};

/** A transaction that was not done: its status by PS3.4, and what it comes to over HTTP. */
export class UpsFailure extends Error {
  override readonly name = "UpsFailure";
  readonly status: UpsStatus;
  readonly http: number;
  readonly warning: UpsWarning | undefined;

  constructor(transaction: UpsTransaction, status: UpsStatus, detail?: string, warning?: UpsWarning) {
    const answer = ANSWERS[transaction][status] ?? { http: 409, meaning: "the workitem is in another state" };
    super(detail === undefined ? answer.meaning : `${answer.meaning}: ${detail}`);
    this.status = status;
    this.http = answer.http;
    this.warning = warning ?? answer.warning;
  }
}

/** A Warning header field (RFC 7234 5.5) in the form that PS3.18 gives it: 299, the service, the text. */
export function warningField(service: string, warning: UpsWarning): string {
  return `299 ${service}: ${WARNINGS[warning]}`;
}
