import { randomUUID } from "node:crypto";
import { deriveUid } from "@redspot/dicom";

/** The UID of the first workitem about a study: whoever knows the study's knows it. */
export function firstWorkitemUid(studyInstanceUID: string): string {
  return deriveUid("workitem", studyInstanceUID);
}

/** A UID that nobody has, under the UUID root (PS3.5 B.2). */
export function newUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll("-", "")}`)}`;
}
