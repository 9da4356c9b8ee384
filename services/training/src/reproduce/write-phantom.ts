/** Runs in the threads of a pool: a phantom becomes a DICOM file, and what is true of it a line of the label file. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeStudy } from "@redspot/phantom";
import type { PlannedPhantom } from "./plan-phantoms.ts";

export interface PhantomTask {
  readonly folder: string;
  readonly planned: PlannedPhantom;
}

/** A line of the label file, without the file's name. */
export interface PhantomRow {
  readonly label: "fracture" | "no fracture";
  readonly subtype: string;
  readonly plaster: string;
}

/** What is there already is not made again. */
export default async function writePhantom({ folder, planned }: PhantomTask): Promise<PhantomRow> {
  const truthPath = join(folder, "truth", `${nameOf(planned)}.json`);
  const known = await readFile(truthPath, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as PhantomRow;
  const { number: _, ...options } = planned;
  const instance = makeStudy(options).instances[0]!;
  const { fracture } = instance.truth;
  const row: PhantomRow = {
    label: fracture ? "fracture" : "no fracture",
    subtype: fracture ? `${fracture.type}, ${visibility(fracture.severity)}` : "",
    plaster: options.exclusion === "cast" ? "yes" : "",
  };
  await writeWhole(phantomPath(folder, planned), instance.bytes);
  await writeWhole(truthPath, JSON.stringify(row));
  return row;
}

const nameOf = ({ number }: PlannedPhantom) => String(number).padStart(6, "0");

export function phantomPath(folder: string, planned: PlannedPhantom): string {
  return join(folder, "dicom", `${nameOf(planned)}.dcm`);
}

/** Thirds of the phantoms' scale, from barely visible to gross. */
function visibility(severity: number): string {
  return severity < 1 / 3 ? "faint" : severity < 2 / 3 ? "plain" : "gross";
}

async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.half`, content);
  await rename(`${path}.half`, path);
}
