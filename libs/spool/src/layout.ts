import { hash } from "node:crypto";
import { join } from "node:path";
import { isUid } from "@redspot/dicom";
import { SpoolError } from "./spool-error.ts";

/** What the names of instances and of records end in. */
export const INSTANCE = ".dcm";
export const RECORD = ".json";
const RECORD_NAME = /^[a-z]{1,20}-[0-9]{1,9}$/;

/**
 * Where things lie below the spool's root. Studies are spread over 256 folders by the SHA-256 of their UID, because
 * UIDs of one site share their beginning and one folder of a million entries is slow:
 * `instances/HH/<Study Instance UID>/<SOP Instance UID>.dcm`, records beside them, previews likewise, `installation/` for
 * records that are about no study, `tmp/` for what is on its way.
 */
export class Layout {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  get tmp(): string {
    return join(this.root, "tmp");
  }

  get instances(): string {
    return join(this.root, "instances");
  }

  studyFolder(studyInstanceUID: string): string {
    return join(this.instances, fanOut(studyInstanceUID), studyInstanceUID);
  }

  instanceFile(studyInstanceUID: string, sopInstanceUID: string): string {
    return join(this.studyFolder(studyInstanceUID), `${mustBeUid(sopInstanceUID, "SOP Instance UID")}${INSTANCE}`);
  }

  /** Records lie beside the instances: one look into the folder tells of both. */
  recordFile(studyInstanceUID: string, name: string): string {
    return join(this.studyFolder(studyInstanceUID), fileOfRecord(name));
  }

  /** What is about no study: records of the installation, named as those of studies are. */
  installationFile(name: string): string {
    return join(this.root, "installation", fileOfRecord(name));
  }

  previewFolder(studyInstanceUID: string): string {
    return join(this.root, "previews", fanOut(studyInstanceUID), studyInstanceUID);
  }

  previewFile(studyInstanceUID: string, sopInstanceUID: string): string {
    return join(this.previewFolder(studyInstanceUID), mustBeUid(sopInstanceUID, "SOP Instance UID"));
  }
}

function fileOfRecord(name: string): string {
  if (!RECORD_NAME.test(name)) throw new SpoolError("IO_FAILURE", `"${name}" is no name of a record`);
  return `${name}${RECORD}`;
}

function fanOut(studyInstanceUID: string): string {
  return hash("sha256", mustBeUid(studyInstanceUID, "Study Instance UID")).slice(0, 2);
}

function mustBeUid(text: string, what: string): string {
  // Only a UID is a safe name: digits and single dots, at most 64 characters. The value may be anything: it is not told.
  if (!isUid(text)) throw new SpoolError("INVALID_UID", `${what} of ${text.length} characters is no UID (PS3.5 9.1)`);
  return text;
}
