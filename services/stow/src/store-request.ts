import { isUid } from "@redspot/dicom";
import { isBoundary, parseMediaType } from "@redspot/dicomweb";
import Negotiator from "negotiator";
import { RequestFailure } from "./failures.ts";

/** In what a Store response can be written (PS3.18 10.5.3): the default first. */
export const RESPONSE_TYPES = ["application/dicom+json", "application/dicom+xml"] as const;

export type ResponseType = (typeof RESPONSE_TYPES)[number];

/** What a multipart body consists of (PS3.18 10.5.2). */
export const BODY_TYPES = ["application/dicom", "application/dicom+json", "application/dicom+xml"] as const;

type BodyType = (typeof BODY_TYPES)[number];

/** How a multipart body is to be read. */
export interface BodyForm {
  boundary: string;
  type: BodyType;
}

/** What metadata is written in, where it comes apart from its bulk data. */
export type MetadataType = Exclude<BodyType, "application/dicom">;

interface Headers {
  accept?: string | undefined;
  "content-type"?: string | undefined;
  "content-encoding"?: string | undefined;
}

/** Orthanc's DICOMweb plugin makes boundaries of 73 characters, three more than there may be. */
const LONGEST_BOUNDARY = 200;

/** A `type` with a slash that is not quoted, as it has to be (RFC 9110 5.6.2). */
const UNQUOTED_TYPE = /;\s*type\s*=\s*[^"\s;]*\//i;

/**
 * What a Store request's body is made of, and its boundary (PS3.18 8.6.1.2.1). Strict, `type` is required and quoted;
 * lenient, it may be missing, as some senders leave it out, and the boundary may be too long. Throws
 * UNSUPPORTED_MEDIA_TYPE, BAD_BOUNDARY.
 */
export function bodyOf(headers: Headers, strict: boolean): BodyForm {
  const coding = headers["content-encoding"]?.trim().toLowerCase();
  if (coding !== undefined && coding !== "" && coding !== "identity") {
    throw new RequestFailure("UNSUPPORTED_MEDIA_TYPE", "the body has a Content-Encoding; send it as it is");
  }
  const mediaType = parseMediaType(headers["content-type"]);
  const said = mediaType?.parameters.get("type")?.toLowerCase();
  const type = said === undefined && !strict ? "application/dicom" : BODY_TYPES.find((one) => one === said);
  const unquoted = strict && UNQUOTED_TYPE.test(headers["content-type"] ?? "");
  if (mediaType?.essence !== "multipart/related" || type === undefined || unquoted) {
    throw new RequestFailure("UNSUPPORTED_MEDIA_TYPE");
  }
  const boundary = mediaType.parameters.get("boundary") ?? "";
  if (!isBoundary(boundary, strict ? {} : { longest: LONGEST_BOUNDARY })) throw new RequestFailure("BAD_BOUNDARY");
  return { boundary, type };
}

/** What senders write who mean DICOM JSON or XML. */
const PLAIN: Record<string, ResponseType> = {
  "application/json": "application/dicom+json",
  "application/xml": "application/dicom+xml",
  "text/xml": "application/dicom+xml",
};

/**
 * In what the sender wants its answer: what it gives the highest q (PS3.18 8.7.8, RFC 9110 12.5.1), of equals the first.
 * Strict, it has to say so (PS3.18 8.7.5); lenient, a request without Accept is answered all the same, and plain JSON or
 * XML counts as consent. Throws NOT_ACCEPTABLE.
 */
export function responseTypeOf(headers: Headers, strict: boolean): ResponseType {
  // What is written is UTF-8: a charset asked for is no reason to refuse.
  const accept = headers.accept?.replace(/;\s*charset\s*=\s*"?utf-8"?/gi, "").trim() ?? "";
  if (accept === "") {
    if (strict) throw new RequestFailure("NOT_ACCEPTABLE");
    return RESPONSE_TYPES[0];
  }
  const offered: string[] = strict ? [...RESPONSE_TYPES] : [...RESPONSE_TYPES, ...Object.keys(PLAIN)];
  const wanted = new Negotiator({ headers: { accept } }).mediaType(offered);
  if (wanted === undefined) throw new RequestFailure("NOT_ACCEPTABLE");
  return PLAIN[wanted] ?? (wanted as ResponseType);
}

/** The Study Instance UID of the path. Throws BAD_STUDY_UID. */
export function studyOfPath(study: string | undefined): { studyInstanceUID?: string } {
  if (study === undefined) return {};
  if (!isUid(study)) throw new RequestFailure("BAD_STUDY_UID");
  return { studyInstanceUID: study };
}
