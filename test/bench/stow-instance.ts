import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dataSetOf, readPart10, tagOf, writePart10 } from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";

/** Pixels of the two computed radiographs, 16 bits each: 6.0 MB, as of a wrist cassette, and 20.2 MB, as of a chest. */
export const MATRICES = { 6: { rows: 2000, columns: 1500 }, 20: { rows: 3600, columns: 2800 } } as const;
export type Megabytes = keyof typeof MATRICES;

/** Values of one length, to be overwritten where they stand. */
const PLACES = {
  StudyInstanceUID: newUid(),
  SeriesInstanceUID: newUid(),
  SOPInstanceUID: newUid(),
  PatientID: "PLACE-OF-THE-PATIENT-ID.",
} as const;

/** A UID of always 44 characters under the UUID root (PS3.5 B.2). */
function newUid(): string {
  return `2.25.1${digits(12)}${digits(12)}${digits(14)}`;
}

function digits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, "0");
}

/** Makes the phantom from which all instances of that size are made, and keeps it in a file for the senders. */
export function writeTemplate(megabytes: Megabytes, path: string): void {
  const made = makeStudy({ seed: megabytes, views: ["lateral"], imageClass: "CR", matrix: MATRICES[megabytes] });
  const { dataSet } = readPart10(made.instances[0]!.bytes);
  const file = writePart10({ ...dataSet, ...dataSetOf({ ...PLACES }) });
  const pixelBytes = MATRICES[megabytes].rows * MATRICES[megabytes].columns * 2;
  if (tagOf("PixelData") !== Object.keys(dataSet).sort().at(-1)) throw new Error("pixel data is not the last element");
  writeFileSync(path, file);
  writeFileSync(`${path}.json`, JSON.stringify({ places: PLACES, headBytes: file.byteLength - pixelBytes }));
}

/** Makes instances that differ in their UIDs and their patient: the head is its own, the pixel data that of all. */
export class InstanceMaker {
  readonly #head: Buffer;
  readonly #places: { at: number; name: keyof typeof PLACES }[] = [];
  readonly pixels: Buffer;

  constructor(path: string) {
    const file = readFileSync(path);
    const { places, headBytes } = JSON.parse(readFileSync(`${path}.json`, "utf8")) as {
      places: typeof PLACES;
      headBytes: number;
    };
    this.#head = file.subarray(0, headBytes);
    this.pixels = file.subarray(headBytes);
    for (const [name, value] of Object.entries(places) as [keyof typeof PLACES, string][]) {
      for (let at = this.#head.indexOf(value); at !== -1; at = this.#head.indexOf(value, at + 1)) {
        this.#places.push({ at, name });
      }
    }
  }

  get bytes(): number {
    return this.#head.byteLength + this.pixels.byteLength;
  }

  /** The heads of a new study's instances. */
  study(instances: number): Buffer[] {
    const of = { StudyInstanceUID: newUid(), SeriesInstanceUID: newUid(), PatientID: newUid().slice(-24) };
    return Array.from({ length: instances }, () => {
      const head = Buffer.from(this.#head);
      const values = { ...of, SOPInstanceUID: newUid() };
      for (const { at, name } of this.#places) head.write(values[name], at, "latin1");
      return head;
    });
  }
}
