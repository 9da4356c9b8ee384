/** Runs in the threads of a pool: an image becomes a model input on the disk, or a reason why not. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { type DataSet, DicomError, readPart10, text } from "@redspot/dicom";
import { type ModelInput, PixelError, toModelInput } from "@redspot/pixels";
import { ageInYears, exclusionOf, isReasonCode, lateralityOf } from "@redspot/triage";
import sharp from "sharp";
import { caseId } from "../case-id.ts";
import { caught, type ThreadFailure } from "../thread-failure.ts";
import { type Case, FILES, writeWorkFile } from "../work-folder.ts";
import { ageBandOf } from "./age-band.ts";
import type { ExclusionReason } from "./exclusion.ts";
import { keyedHash } from "./patient-key.ts";
import { kindOf, readPicture } from "./picture.ts";

export interface PreparationTask {
  bytes: Uint8Array;
  /** Of the image in its source, and its patient there: for pictures, whose header does not tell. */
  identity: string;
  patient: string | null;
}

/** What stays of an image. */
export interface PreparedImage
  extends Pick<
    Case,
    "id" | "patient" | "side" | "ageBand" | "sex" | "manufacturer" | "rows" | "columns" | "annotationPixels" | "window"
  > {
  /** First 128 bits of the SHA-256 of the model input alone: the same for two patients with one image. */
  input: string;
}

export type Preparation = { prepared: PreparedImage } | { reason: ExclusionReason };

export interface PreparationData {
  work: string;
  key: string;
}
const { work, key } = workerData as PreparationData;

/** Pixels go through libs/pixels, eligibility through libs/triage, and nothing else decides: as in serving. */
export default function prepareImage(task: PreparationTask): Promise<Preparation | ThreadFailure> {
  return caught(() => {
    const kind = kindOf(task.bytes);
    if (kind === undefined) return Promise.resolve({ reason: "NOT_AN_IMAGE" as const });
    return kind === "dicom" ? fromDicom(task) : fromPicture(task);
  });
}

async function fromDicom({ bytes, identity }: PreparationTask): Promise<Preparation> {
  try {
    const part10 = readPart10(bytes);
    const { dataSet } = part10;
    const exclusion = exclusionOf(dataSet);
    if (exclusion) return { reason: exclusion.code };
    const input = await toModelInput(part10);
    return await keep(input, dataSet, {
      patient: patientOf(dataSet, identity),
      side: lateralityOf(dataSet) ?? null,
      ageBand: ageBandOf(ageInYears(dataSet)),
      sex: sexOf(dataSet),
      manufacturer: text(dataSet, "Manufacturer")?.replace(/\s+/g, " ").slice(0, 64) ?? null,
    });
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

async function fromPicture({ bytes, identity, patient }: PreparationTask): Promise<Preparation> {
  const picture = await readPicture(bytes);
  if (picture === undefined) return { reason: "CORRUPT_STREAM" };
  if (picture === "COLOUR") return { reason: "COLOUR" };
  try {
    return await keep(await toModelInput(picture), picture.dataSet, {
      patient: patient === null ? keyedHash(key, "picture", identity) : keyedHash(key, "patient", patient, ""),
      side: null,
      ageBand: null,
      sex: null,
      manufacturer: null,
    });
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): ExclusionReason {
  if (error instanceof DicomError) return "UNREADABLE_INSTANCE";
  if (error instanceof PixelError) return isReasonCode(error.code) ? error.code : "CORRUPT_STREAM";
  throw error;
}

/** Without a number nobody can tell whose image it is: its study is then its patient. */
function patientOf(dataSet: DataSet, identity: string): string {
  const patientID = text(dataSet, "PatientID");
  if (patientID !== undefined) return keyedHash(key, "patient", patientID, text(dataSet, "IssuerOfPatientID") ?? "");
  return keyedHash(key, "study", text(dataSet, "StudyInstanceUID") ?? identity);
}

function sexOf(dataSet: DataSet): Case["sex"] {
  const sex = text(dataSet, "PatientSex");
  return sex === "F" || sex === "M" || sex === "O" ? sex : null;
}

type HeaderFacts = Pick<Case, "patient" | "side" | "ageBand" | "sex" | "manufacturer">;

async function keep({ pixels, size, facts }: ModelInput, dataSet: DataSet, header: HeaderFacts): Promise<Preparation> {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const id = caseId(pixels, header.patient);
  const greys = Uint8Array.from(pixels, (grey) => Math.round(grey * 255));
  const thumbnail = await sharp(greys, { raw: { width: size, height: size, channels: 1 } })
    .toColourspace("b-w")
    .jpeg({ quality: 70 })
    .toBuffer();
  await writeWorkFile(work, join(FILES.thumbnails, `${id}.jpg`), thumbnail, { durable: false });
  await writeWorkFile(work, join(FILES.inputs, `${id}.f32`), bytes, { durable: false });
  const sizeOf = (keyword: string) => Number(text(dataSet, keyword));
  return {
    prepared: {
      id,
      input: createHash("sha256").update(bytes).digest("hex").slice(0, 32),
      ...header,
      rows: sizeOf("Rows"),
      columns: sizeOf("Columns"),
      annotationPixels: facts.annotationPixelsRemoved,
      window: facts.window,
    },
  };
}
