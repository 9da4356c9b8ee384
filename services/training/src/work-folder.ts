/**
 * The work folder: what each step of the kit leaves for the next, one file or folder a step. Nothing in it names a
 * patient: cases go by a hash of their model input, patients by a keyed hash.
 */
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { FEATURE_COUNT, INPUT_SIZE } from "@redspot/model";
import { z } from "zod";
import { TrainingError } from "./training-error.ts";

const hash128 = z.string().regex(/^[0-9a-f]{32}$/, "32 hex digits in lower case");
const hash256 = z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits in lower case");
const count = z.int().nonnegative();

const AGE_BANDS = ["18-39", "40-59", "60-79", "80+"] as const;

/** A radiograph that training may use, without anything that names its patient. */
const caseSchema = z.strictObject({
  /** First 128 bits of the SHA-256 of its model input and its patient's hash. */
  id: hash128,
  /** First 128 bits of the HMAC-SHA-256 of PatientID and IssuerOfPatientID under the work folder's key. */
  patient: hash128,
  label: z.enum(["fracture", "no fracture"]),
  view: z.literal("lateral"),
  side: z.enum(["L", "R"]).nullable(),
  ageBand: z.enum(AGE_BANDS).nullable(),
  sex: z.enum(["F", "M", "O"]).nullable(),
  manufacturer: z.string().nullable(),
  /** Fracture subtype as the label file has it. */
  subtype: z.string().nullable(),
  /** Place in the order of acquisition, without dates. */
  order: count,
  /** Size of the source image: what a network must not learn from. */
  rows: count,
  columns: count,
  /** How many of the input's pixels were annotation, before they were filled. */
  annotationPixels: count,
  /** Which VOI transformation was applied (libs/pixels). */
  window: z.string(),
  /** Row of the label file, or number of the file in the folder, from which it came: both stay with the department. */
  row: count,
});
export type Case = z.infer<typeof caseSchema>;

/** A row or file that training does not use, and why. */
const excludedSchema = z.strictObject({
  row: count,
  /** A code of `src/collect/exclusion.ts`. */
  reason: z.string().min(1),
  /** Where in the flow it left. */
  stage: z.enum(["labels", "found", "eligible", "readable", "kept"]),
});
export type Excluded = z.infer<typeof excludedSchema>;

const casesSchema = z.strictObject({
  format: z.literal("redspot-cases/1"),
  preprocessingVersion: z.string().min(1),
  /** Where the cases came from, in words without names. */
  source: z.string().min(1),
  cases: z.array(caseSchema),
  excluded: z.array(excludedSchema),
});
export type CasesFile = z.infer<typeof casesSchema>;

/** A case's id; or, split as published, one of its augmented images: the id, a hyphen and the number from 0 to 7. */
const member = z.string().regex(/^[0-9a-f]{32}(-[0-7])?$/, "a case's id");

export const PARTS = ["training", "validation", "testing", "final"] as const;
export type PartName = (typeof PARTS)[number];

const findingSchema = z.strictObject({
  /** One patient in two parts; or two images that look the same, by the distance of their perceptual hashes. */
  kind: z.enum(["patient", "near-duplicate"]),
  a: hash128,
  b: hash128,
  parts: z.tuple([z.enum(PARTS), z.enum(PARTS)]),
  /** Bits in which the perceptual hashes differ; 0 where the patient is the same. */
  distance: count,
});
export type LeakFinding = z.infer<typeof findingSchema>;

/** Each evaluation on the final set: the first is the one that counts. */
const finalUseSchema = z.strictObject({ evaluatedAt: z.iso.datetime(), headSha256: hash256 });
export type FinalUse = z.infer<typeof finalUseSchema>;

const splitSchema = z.strictObject({
  format: z.literal("redspot-split/1"),
  seed: z.int(),
  ratios: z.strictObject({ training: z.number(), validation: z.number(), testing: z.number() }),
  /** Augmented first and then split, as the paper did: copies of one radiograph lie in several parts. */
  asPublished: z.boolean(),
  parts: z.strictObject({
    training: z.array(member),
    validation: z.array(member),
    testing: z.array(member),
    final: z.array(hash128),
  }),
  /** Cases of no part: other images of the final set's patients. */
  leftOut: z.array(hash128),
  findings: z.array(findingSchema),
  finalUses: z.array(finalUseSchema),
});
export type Split = z.infer<typeof splitSchema>;

/** Which image each row of `features.f32` is of. */
const rowsSchema = z.strictObject({
  format: z.literal("redspot-features/1"),
  preprocessingVersion: z.string().min(1),
  backbone: z.strictObject({ name: z.string().min(1), sha256: hash256 }),
  engine: z.strictObject({ name: z.string(), version: z.string(), device: z.string() }),
  /** Seed of the augmentation. */
  seed: z.int(),
  rows: z.array(
    z.strictObject({
      id: hash128,
      /** 0 is the image as it is, 4 its mirror image; the others are drawn. */
      augmentation: z.int().min(0).max(7),
      flip: z.boolean(),
      rotation: z.number(),
      shiftX: z.number(),
      shiftY: z.number(),
      shear: z.number(),
      zoom: z.number(),
    }),
  ),
});
export type FeatureRows = z.infer<typeof rowsSchema>;

/** Files of the work folder. */
export const FILES = {
  cases: "cases.json",
  inputs: "inputs",
  thumbnails: "thumbnails",
  flow: "flow.svg",
  contactSheet: "contact-sheet.html",
  struck: "struck.csv",
  split: "split.json",
  optimism: "optimism.json",
  features: "features/features.f32",
  featureRows: "features/rows.json",
} as const;

/** @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID */
export function readCases(work: string): Promise<CasesFile> {
  return readWorkFile(work, FILES.cases, casesSchema, "collect");
}

/** @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID */
export function readSplit(work: string): Promise<Split> {
  return readWorkFile(work, FILES.split, splitSchema, "split");
}

/** Where a case's model input lies: 299 x 299 float32, little-endian. */
export function inputPath(work: string, id: string): string {
  return join(work, FILES.inputs, `${id}.f32`);
}

/** @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID */
export async function readInput(work: string, id: string): Promise<Float32Array> {
  const bytes = await read(inputPath(work, id), "collect");
  if (bytes.length !== 4 * INPUT_SIZE ** 2) {
    throw new TrainingError(
      "WORK_FILE_INVALID",
      `The input of case ${id} has ${bytes.length} bytes where 299 x 299 float32 take ${4 * INPUT_SIZE ** 2}: delete it and run collect again.`,
    );
  }
  return new Float32Array(bytes.buffer, bytes.byteOffset, INPUT_SIZE ** 2);
}

/** A part's images by their pooled features: the training part with its augmented images, the others as they are. */
export interface PartFeatures {
  /** n x 2,048. */
  readonly features: Float32Array;
  /** 1 is a fracture. */
  readonly labels: Uint8Array;
  /** The case of each row. */
  readonly ids: readonly string[];
}

export interface Features {
  readonly rows: FeatureRows;
  part(name: PartName): Promise<PartFeatures>;
  /** Of images by case and number, such as those of another split: the id, a hyphen and the number from 0 to 7. */
  images(members: readonly string[]): Promise<PartFeatures>;
}

/**
 * The features of a work folder, a part at a time.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID
 */
export async function openFeatures(work: string): Promise<Features> {
  const [{ cases }, split, rows] = await Promise.all([
    readCases(work),
    readSplit(work),
    readWorkFile(work, FILES.featureRows, rowsSchema, "features"),
  ]);
  const fractured = new Map(cases.map(({ id, label }) => [id, label === "fracture" ? 1 : 0]));
  const places = new Map(rows.rows.map(({ id, augmentation }, place) => [`${id}-${augmentation}`, place]));

  const placeOf = (member: string): number => {
    const place = places.get(member);
    if (place !== undefined) return place;
    throw new TrainingError(
      "WORK_FILE_INVALID",
      `Image ${member} of the split has no features: the split is newer. Run features again.`,
    );
  };
  const labelOf = (id: string): number => {
    const label = fractured.get(id);
    if (label !== undefined) return label;
    throw new TrainingError("WORK_FILE_INVALID", `Case ${id} is in the split and not in cases.json. Run split again.`);
  };
  const images = async (members: readonly string[]): Promise<PartFeatures> => {
    const wanted = members.map(placeOf);
    const ids = wanted.map((place) => rows.rows[place]!.id);
    return { features: await readRows(work, wanted), labels: Uint8Array.from(ids, labelOf), ids };
  };
  return { rows, images, part: (name) => images(imagesOf(split, name)) };
}

/** A part's images: all eight of a case of the training part, of others the image as it is. */
export function imagesOf({ parts }: Pick<Split, "parts">, name: PartName): string[] {
  const count = name === "training" ? 8 : 1;
  return parts[name].flatMap((one) =>
    one.includes("-") ? [one] : Array.from({ length: count }, (_, image) => `${one}-${image}`),
  );
}

async function readRows(work: string, wanted: readonly number[]): Promise<Float32Array> {
  const path = join(work, FILES.features);
  const size = 4 * FEATURE_COUNT;
  const features = new Float32Array(wanted.length * FEATURE_COUNT);
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, "features", cause);
  });
  try {
    for (const [at, place] of wanted.entries()) {
      const row = new Uint8Array(features.buffer, at * size, size);
      const { bytesRead } = await file.read(row, 0, size, place * size);
      if (bytesRead !== size) {
        throw new TrainingError("WORK_FILE_INVALID", `${path} ends before row ${place}. Run features again.`);
      }
    }
  } finally {
    await file.close();
  }
  return features;
}

/**
 * Reads a JSON file of the work folder and holds it to its schema. `step` is the command that writes it.
 *
 * @throws {TrainingError} WORK_FILE_MISSING, WORK_FILE_INVALID
 */
export async function readWorkFile<T>(work: string, file: string, schema: z.ZodType<T>, step: string): Promise<T> {
  const path = join(work, file);
  const text = (await read(path, step)).toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new TrainingError("WORK_FILE_INVALID", `${path} is not JSON: run redspot-train ${step} again.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new TrainingError(
    "WORK_FILE_INVALID",
    `${path} is not what ${step} writes: run it again.\n${z.prettifyError(parsed.error)}`,
  );
}

async function read(path: string, step: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, step, cause);
  });
}

function unreadable(path: string, step: string, cause: NodeJS.ErrnoException): TrainingError {
  return cause.code === "ENOENT"
    ? new TrainingError("WORK_FILE_MISSING", `${path} is not there: run redspot-train ${step} first.`, { cause })
    : new TrainingError("WORK_FILE_INVALID", `${path} cannot be read (${cause.code}).`, { cause });
}

/**
 * Writes a file of the work folder whole or not at all: a text, bytes, or what JSON can hold. Durable unless told that it
 * need not survive a power cut.
 *
 * @throws {TrainingError} DISK_FULL
 */
export async function writeWorkFile(
  work: string,
  file: string,
  content: unknown,
  { durable = true }: { durable?: boolean } = {},
): Promise<void> {
  const path = join(work, file);
  // Each thread has one of its own: two may be writing the same image, which came twice.
  const half = `${path}.${threadId}.half`;
  const bytes =
    typeof content === "string" || content instanceof Uint8Array ? content : `${JSON.stringify(content, null, 1)}\n`;
  await onDisk(async () => {
    try {
      const handle = await open(half, "w");
      try {
        await handle.writeFile(bytes);
        if (durable) await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(half, path);
    } catch (error) {
      await rm(half, { force: true }).catch(() => {});
      throw error;
    }
  });
}

/** Does what writes into the work folder, and says what to do where the disk is full. */
export async function onDisk<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    throw new TrainingError(
      "DISK_FULL",
      `The disk of the work folder is full (${code}). Free some space and run the same command again: what is done is kept.`,
      { cause: error },
    );
  }
}
