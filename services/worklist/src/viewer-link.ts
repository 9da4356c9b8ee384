import { createHash } from "node:crypto";

export interface StudyToView {
  studyInstanceUID: string;
  /** As the PACS has it; without it a template that needs it gives no link. */
  patientID?: string | undefined;
}

/** The address at which the PACS shows a study, from a template; undefined without one, or where it needs more. */
export function viewerLink(
  template: string | undefined,
  { studyInstanceUID, patientID }: StudyToView,
): string | undefined {
  if (template === undefined) return undefined;
  const withStudy = template.replaceAll("{StudyInstanceUID}", encodeURIComponent(studyInstanceUID));
  if (!withStudy.includes("{OrthancStudy}")) return withStudy;
  return patientID === undefined
    ? undefined
    : withStudy.replaceAll("{OrthancStudy}", orthancStudy(patientID, studyInstanceUID));
}

/**
 * Orthanc's own identifier of a study: SHA-1 of Patient ID and Study Instance UID with a bar between, in five groups of
 * eight hexadecimal digits (Orthanc Book, "Orthanc identifiers").
 */
function orthancStudy(patientID: string, studyInstanceUID: string): string {
  const digest = createHash("sha1").update(`${patientID}|${studyInstanceUID}`).digest("hex");
  return digest.replace(/(.{8})(?=.)/g, "$1-");
}
