import { isUid } from "@redspot/dicom";
import { isBoundary, parseMediaType } from "@redspot/dicomweb";
import Negotiator from "negotiator";
import { RequestFailure } from "./failures.ts";

/** The one media type of a Store response that this service makes (PS3.18 10.5.3). */
export const DICOM_JSON = "application/dicom+json";

interface Headers {
  accept?: string | undefined;
  "content-type"?: string | undefined;
}

/** Orthanc's DICOMweb plugin makes boundaries of 73 characters, three more than there may be. */
const LONGEST_BOUNDARY = 200;

/**
 * The boundary of a Store request's body (PS3.18 8.6.1.2.1). Strict, `type` is required; lenient, it may be missing,
 * as some senders leave it out, and the boundary may be too long. Throws UNSUPPORTED_MEDIA_TYPE, BAD_BOUNDARY.
 */
export function boundaryOf(headers: Headers, strict: boolean): string {
  const mediaType = parseMediaType(headers["content-type"]);
  const type = mediaType?.parameters.get("type")?.toLowerCase();
  const typeFits = type === "application/dicom" || (type === undefined && !strict);
  if (mediaType?.essence !== "multipart/related" || !typeFits) throw new RequestFailure("UNSUPPORTED_MEDIA_TYPE");
  const boundary = mediaType.parameters.get("boundary") ?? "";
  if (!isBoundary(boundary, strict ? {} : { longest: LONGEST_BOUNDARY })) throw new RequestFailure("BAD_BOUNDARY");
  return boundary;
}

/**
 * Throws NOT_ACCEPTABLE unless the sender takes DICOM JSON. Strict, it has to say so (PS3.18 8.7.5); lenient, a request
 * without Accept is answered all the same, and `application/json` counts as consent.
 */
export function checkAccept(headers: Headers, strict: boolean): void {
  if (headers.accept === undefined || headers.accept.trim() === "") {
    if (strict) throw new RequestFailure("NOT_ACCEPTABLE");
    return;
  }
  const taken = strict ? [DICOM_JSON] : [DICOM_JSON, "application/json"];
  const wanted = new Negotiator({ headers: { accept: headers.accept } }).mediaTypes(taken);
  if (wanted.length === 0) throw new RequestFailure("NOT_ACCEPTABLE");
}

/** The Study Instance UID of the path. Throws BAD_STUDY_UID. */
export function studyOfPath(study: string | undefined): { studyInstanceUID?: string } {
  if (study === undefined) return {};
  if (!isUid(study)) throw new RequestFailure("BAD_STUDY_UID");
  return { studyInstanceUID: study };
}
