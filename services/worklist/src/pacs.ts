import { type DataSet, text, values } from "@redspot/dicom";
import { type DicomWebClient, DicomWebError, failureClassOf, hexOf } from "@redspot/dicomweb";
import type { StudyIdentity } from "./patient-directory.ts";
import { reportFailure } from "./report-failure.ts";

/** What the PACS tells of an instance that it has. */
interface HeldInstance {
  /** Undefined where it does not say. */
  sopClassUID: string | undefined;
}

/** What the worklist service wants of the PACS. */
export interface Pacs {
  /** Stores a report; resolves when the PACS says that it has it. Rejects with a report failure. */
  store(studyInstanceUID: string, sopInstanceUID: string, part10: Uint8Array): Promise<void>;
  /** An instance, if the PACS has it. Rejects with a report failure where it does not answer. */
  holds(studyInstanceUID: string, sopInstanceUID: string): Promise<HeldInstance | undefined>;
  /** What identifies a study to a person; undefined where the PACS does not know it. Rejects while it is away. */
  findStudy(studyInstanceUID: string): Promise<StudyIdentity | undefined>;
  /** A study's attributes that tell of patient and request, as the PACS writes them. Rejects while it is away. */
  findPatient(studyInstanceUID: string): Promise<DataSet | undefined>;
  /** The Study Instance UIDs of what matches, by keyword; so many at most. Rejects while it is away. */
  findStudies(keys: Record<string, string>): Promise<string[]>;
}

/** Of studies that a search by patient finds, no more than so many are looked at. */
const MOST_FOUND = 500;

type Client = Pick<DicomWebClient, "storeInstances" | "searchForInstances" | "searchForStudies">;

/** Duplicate SOP Instance (PS3.7 C.5.7): the report's UID and bytes are derived, so what is there is this report. */
const DUPLICATE = 0x0111;

/** The PACS over DICOMweb: reports by STOW-RS, questions by QIDO-RS. */
export function pacsOver(client: Client): Pacs {
  return {
    async store(_studyInstanceUID, sopInstanceUID, part10) {
      const { stored, failed } = await client.storeInstances([part10]).catch((error: unknown) => {
        throw failureOf(error);
      });
      if (stored.some((instance) => instance.sopInstanceUID === sopInstanceUID)) return;
      // One instance was sent: a failure that names none is about it.
      const own = failed.find((one) => one.sopInstanceUID === undefined || one.sopInstanceUID === sopInstanceUID);
      if (own === undefined) throw reportFailure("PACS_UNCLEAR", `report ${sopInstanceUID}`);
      if (own.failureReason === DUPLICATE) return;
      const { meaning, retryable } = failureClassOf(own.failureReason);
      throw reportFailure(retryable ? "PACS_BUSY" : "PACS_REFUSED", `${hexOf(own.failureReason)}, ${meaning}`);
    },

    async holds(studyInstanceUID, sopInstanceUID) {
      try {
        const found = await client.searchForInstances({ SOPInstanceUID: sopInstanceUID }, { studyInstanceUID });
        const held = found.find((instance) => text(instance, "SOPInstanceUID") === sopInstanceUID);
        return held && { sopClassUID: text(held, "SOPClassUID") };
      } catch (error) {
        // An archive without this search, or without the study, cannot say that it has the instance.
        if (error instanceof DicomWebError && !error.retryable) return undefined;
        throw failureOf(error);
      }
    },

    async findStudy(studyInstanceUID) {
      const found = await client.searchForStudies({
        StudyInstanceUID: studyInstanceUID,
        includefield: "StudyDescription",
        limit: 1,
      });
      const study = found.find((one) => text(one, "StudyInstanceUID") === studyInstanceUID);
      return study === undefined ? undefined : identityOf(study);
    },

    async findPatient(studyInstanceUID) {
      const found = await client.searchForStudies({
        StudyInstanceUID: studyInstanceUID,
        includefield: "IssuerOfPatientID",
        limit: 1,
      });
      return found.find((one) => text(one, "StudyInstanceUID") === studyInstanceUID);
    },

    async findStudies(keys) {
      const found = await client.searchForStudies({ ...keys, limit: MOST_FOUND });
      return found.flatMap((study) => text(study, "StudyInstanceUID") ?? []);
    },
  };
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof DicomWebError)) return error;
  if (error.code === "UNREACHABLE" || error.code === "TIMED_OUT") {
    return reportFailure("PACS_UNREACHABLE", error.message, error);
  }
  if (error.code === "UNAUTHORIZED") return reportFailure("PACS_UNAUTHORIZED", error.message, error);
  if (error.code === "BAD_RESPONSE") return reportFailure("PACS_UNCLEAR", error.message, error);
  return reportFailure(error.retryable ? "PACS_BUSY" : "PACS_REFUSED", error.message, error);
}

function identityOf(study: DataSet): StudyIdentity {
  const one = (keyword: string) => text(study, keyword) ?? null;
  return {
    patientName: nameOf(study),
    patientID: one("PatientID"),
    patientBirthDate: one("PatientBirthDate"),
    patientSex: one("PatientSex"),
    accessionNumber: one("AccessionNumber"),
    studyDescription: one("StudyDescription"),
  };
}

/** A person's name as one reads it: "Family, Given Middle", the ideographic form behind it (PS3.5 6.2.1). */
function nameOf(study: DataSet): string | null {
  const [name] = values(study, "PatientName");
  if (typeof name !== "object" || name === null) return null;
  const { Alphabetic, Ideographic } = name as { Alphabetic?: string; Ideographic?: string };
  const groups = [Alphabetic, Ideographic].flatMap((group) => (group ? [readable(group)] : []));
  return groups.length === 0 ? null : groups.join(" ");
}

function readable(group: string): string {
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = group.split("^").map((part) => part.trim());
  const rest = [prefix, given, middle, suffix].filter((part) => part !== "").join(" ");
  return [family, rest].filter((part) => part !== "").join(", ");
}
