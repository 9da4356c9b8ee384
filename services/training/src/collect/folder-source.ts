import { open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { type DataSet, number, readPart10, text } from "@redspot/dicom";
import { lateralityOf } from "@redspot/triage";
import { TrainingError } from "../training-error.ts";
import type { Excluded } from "../work-folder.ts";
import { excluded } from "./exclusion.ts";
import { keyOf, type LabelFile, type LabelRow, labelOf, type RowFacts } from "./label-file.ts";
import { kindOf } from "./picture.ts";
import type { Offer, SourceImage } from "./source.ts";

export interface FolderOptions {
  readonly folder: string;
  /** Without one, the names of sub-folders are the labels. */
  readonly labels?: { readonly path: string; readonly file: LabelFile };
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * What a folder of DICOM, JPEG and PNG files offers, sub-folders included. Its files are numbered from 1 by their paths.
 *
 * @throws {TrainingError} SOURCE_UNREADABLE
 */
export async function offerOfFolder({ folder, labels, onProgress }: FolderOptions): Promise<Offer> {
  const files = await filesOf(folder, labels?.path);
  const rows = labels && Map.groupBy(labels.file.rows, ({ kind, key }) => keyOf(kind, key));
  const images: SourceImage[] = [];
  const left: Excluded[] = [...(labels?.file.excluded ?? [])];
  const used = new Set<RowFacts>();
  let unlisted = 0;
  for (const [at, file] of files.entries()) {
    const path = join(folder, file);
    const head = await readHead(path);
    const keys = keysOf(file, head.dataSet);
    const facts = rows ? rowOf(rows, keys, head.dataSet) : factsByFolder(file, at + 1);
    if (facts !== undefined) {
      used.add(facts);
      images.push(await imageOf(path, file, facts, head, at + 1));
    } else if (!keys.some((key) => labels?.file.leftOut.has(key))) {
      unlisted++;
      left.push(excluded(at + 1, head.kind === undefined ? "NOT_AN_IMAGE" : "NO_LABEL", "labels"));
    }
    onProgress?.(at + 1, files.length);
  }
  for (const row of labels?.file.rows ?? []) if (!used.has(row)) left.push(excluded(row.row, "NOT_FOUND"));
  return {
    images,
    excluded: left,
    rows: labels ? labels.file.count + unlisted : files.length,
    source: labels ? "a folder of images and a label file" : "a folder of images, labelled by sub-folder",
  };
}

async function filesOf(folder: string, labelPath: string | undefined): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      throw new TrainingError("SOURCE_UNREADABLE", `The folder ${folder} cannot be read (${cause.code}).`, { cause });
    },
  );
  const except = labelPath === undefined ? undefined : await realpath(labelPath).catch(() => undefined);
  const root = await realpath(folder);
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const isFile = entry.isSymbolicLink() ? (await stat(path).catch(() => undefined))?.isFile() : entry.isFile();
    const file = relative(folder, path);
    if (isFile && !entry.name.startsWith(".") && join(root, file) !== except) files.push(file);
  }
  return files.sort(new Intl.Collator("en", { numeric: true }).compare);
}

interface Head {
  readonly kind: ReturnType<typeof kindOf>;
  /** Of a DICOM file, as far as its header can be read. */
  readonly dataSet: DataSet;
}

const HEAD_BYTES = 256 * 1024;

async function readHead(path: string): Promise<Head> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const kind = kindOf(bytes);
    return { kind, dataSet: kind === "dicom" ? headerOf(bytes) : {} };
  } finally {
    await file.close();
  }
}

/** Only for the order and to find the row: what cannot be read here is told where the image is prepared. */
function headerOf(bytes: Uint8Array): DataSet {
  try {
    return readPart10(bytes, { stopBefore: "PixelData" }).dataSet;
  } catch {
    return {};
  }
}

/** What a label file may name a file by: path, name, Study Instance UID or accession number. */
function keysOf(file: string, dataSet: DataSet): string[] {
  const path = file.split(sep).join("/");
  const [study, accession] = [text(dataSet, "StudyInstanceUID"), text(dataSet, "AccessionNumber")];
  return [
    keyOf("file", path),
    keyOf("file", basename(file)),
    ...(study === undefined ? [] : [keyOf("study", study)]),
    ...(accession === undefined ? [] : [keyOf("accession", accession)]),
  ];
}

/** The row that names a file; of two rows for two wrists, the one of its side. */
function rowOf(
  rows: ReadonlyMap<string, readonly LabelRow[]>,
  keys: readonly string[],
  dataSet: DataSet,
): LabelRow | undefined {
  const found = keys.map((key) => rows.get(key)).find((some) => some !== undefined);
  return found?.find(({ side }) => side === lateralityOf(dataSet)) ?? found?.[0];
}

/** The label that the nearest sub-folder's name is. */
function factsByFolder(file: string, row: number): RowFacts | undefined {
  const label = file
    .split(sep)
    .slice(0, -1)
    .map(labelOf)
    .findLast((one) => one !== undefined);
  if (label === undefined) return undefined;
  return { row, label, side: null, subtype: null, patient: null, age: null, sex: null };
}

async function imageOf(
  path: string,
  file: string,
  facts: RowFacts,
  { dataSet }: Head,
  fileNumber: number,
): Promise<SourceImage> {
  const { size, mtimeMs } = await stat(path);
  return {
    facts,
    acquired: acquisitionOf(dataSet, fileNumber),
    identity: JSON.stringify([file, size, mtimeMs]),
    study: text(dataSet, "StudyInstanceUID") ?? file,
    read: () => readFile(path),
  };
}

/** Date and time of the study, then the instance's number; files without a header come last, as they are numbered. */
export function acquisitionOf(dataSet: DataSet, fallback: number): string {
  const date = text(dataSet, "StudyDate") ?? text(dataSet, "AcquisitionDate") ?? "99999999";
  const time = (text(dataSet, "StudyTime") ?? text(dataSet, "AcquisitionTime") ?? "").padEnd(16, "0");
  const within = number(dataSet, "InstanceNumber") ?? fallback;
  return `${date} ${time} ${String(within).padStart(8, "0")} ${String(fallback).padStart(8, "0")}`;
}
