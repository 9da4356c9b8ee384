/**
 * Everything that can go wrong in a Store transaction, in one place: docs/errors.md is held to it by a test.
 */

/** What an instance can fail for. The Failure Reason tells HTTP status and whether to try again (`failureClassOf`). */
export const INSTANCE_FAILURES = {
  NOT_PART_10: { reason: 0xc000, meaning: "the part is no DICOM file: no DICM prefix or no File Meta Information" },
  EMPTY_PART: { reason: 0xc001, meaning: "the part has no content" },
  TRUNCATED: { reason: 0xc002, meaning: "the part ends within an element, or the body before the closing boundary" },
  MALFORMED: { reason: 0xc003, meaning: "an element of the data set cannot be decoded" },
  BAD_PART_HEADER: { reason: 0xc004, meaning: "the part's header fields cannot be read or are too long" },
  WRONG_PART_TYPE: { reason: 0xc005, meaning: "the part's Content-Type is not what the request's says" },
  MISSING_UID: { reason: 0xc006, meaning: "SOP Class, SOP Instance, Study or Series Instance UID absent or no UID" },
  BAD_METADATA: { reason: 0xc007, meaning: "the metadata is not of the DICOM JSON or Native DICOM Model" },
  MISSING_BULK_DATA: { reason: 0xc008, meaning: "no part has the Content-Location that a BulkDataURI names" },
  UNCLAIMED_BULK_DATA: { reason: 0xc009, meaning: "no metadata names the Content-Location of a part" },
  TRANSFER_SYNTAX: {
    reason: 0xc122,
    meaning: "the transfer syntax is not one that web services use, or not supported",
  },
  STUDY_MISMATCH: { reason: 0xc409, meaning: "the Study Instance UID is not that of the request's path" },
  META_DISAGREES: {
    reason: 0xa900,
    meaning: "File Meta Information and data set name different SOP classes or instances",
  },
  SPOOL_FULL: { reason: 0xa700, meaning: "no space left to store the instance" },
  LEDGER_AWAY: {
    reason: 0xa701,
    meaning: "the instance could not be noted for analysis, because Redis does not answer",
  },
  INSTANCE_TOO_LARGE: { reason: 0xa702, meaning: "the instance is larger than this service takes" },
  TOO_MANY_PARTS: { reason: 0xa703, meaning: "the request has more parts than this service takes" },
  SOP_CLASS: { reason: 0x0122, meaning: "strict: the SOP class is one of the standard's that is not for storage" },
  SPOOL_FAILED: { reason: 0x0110, meaning: "the instance could not be written" },
  CONFLICT: { reason: 0x0111, meaning: "other content is stored under the same SOP Instance UID; it stays" },
} as const satisfies Record<string, { reason: number; meaning: string }>;

export type InstanceFailureCode = keyof typeof INSTANCE_FAILURES;

/** What a request can be refused for as a whole. */
export const REQUEST_FAILURES = {
  BAD_REQUEST: { status: 400, meaning: "the request is no HTTP that can be read (RFC 9112), or its path is none" },
  NO_PARTS: { status: 400, meaning: "the multipart body has no part" },
  BAD_BODY: { status: 400, meaning: "the boundary of Content-Type does not occur in the body" },
  BAD_BOUNDARY: { status: 400, meaning: "Content-Type has no boundary, or one that RFC 2046 5.1.1 does not allow" },
  BAD_STUDY_UID: { status: 400, meaning: "the path's Study Instance UID is no UID" },
  NOT_FOUND: { status: 404, meaning: "no such resource" },
  METHOD_NOT_ALLOWED: { status: 405, meaning: "the resource has other methods: see Allow" },
  NOT_ACCEPTABLE: { status: 406, meaning: "Accept allows neither application/dicom+json nor application/dicom+xml" },
  TOO_SLOW: { status: 408, meaning: "the request came in more slowly than this service waits for" },
  PAYLOAD_TOO_LARGE: { status: 413, meaning: "the body is larger than this service takes" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: "the body is not multipart/related of a type that is taken" },
  HEADER_TOO_LARGE: { status: 431, meaning: "the request's header fields are too long or too many" },
  INTERNAL: { status: 500, meaning: "a fault of this service" },
  BUSY: { status: 503, meaning: "as many uploads as this service takes are under way: send again later" },
  BEHIND: { status: 503, meaning: "analysis or PACS are behind with what was taken: send again later" },
  AUDIT_AWAY: { status: 503, meaning: "the audit trail does not take that it was stored: send again" },
  NO_SPACE: { status: 503, meaning: "the spool is nearly full: send again later" },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type RequestFailureCode = keyof typeof REQUEST_FAILURES;

/** An instance that cannot be stored. Its message holds no patient data. */
export class InstanceFailure extends Error {
  override readonly name = "InstanceFailure";
  readonly code: InstanceFailureCode;

  constructor(code: InstanceFailureCode, detail: string = INSTANCE_FAILURES[code].meaning) {
    super(detail);
    this.code = code;
  }
}

/** A request that is refused as a whole. Its message is for the sender to read, and holds no patient data. */
export class RequestFailure extends Error {
  override readonly name = "RequestFailure";
  readonly code: RequestFailureCode;
  /** When to come again, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: RequestFailureCode, detail: string = REQUEST_FAILURES[code].meaning, retryAfterSeconds?: number) {
    super(detail);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
