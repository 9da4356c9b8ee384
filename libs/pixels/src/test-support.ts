import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type DataSet, dataSetOf, type ElementValue, type Part10, readPart10, writePart10 } from "@redspot/dicom";
import type { Radiograph } from "@redspot/phantom";

/** What a synthetic instance is made from. */
export interface Synthetic {
  rows: number;
  columns: number;
  bitsAllocated?: 8 | 16;
  bitsStored?: number;
  highBit?: number;
  signed?: boolean;
  photometric?: string;
  /** Pixel data words, row by row. */
  words: ArrayLike<number>;
  /** Further elements, or others in place of the above. */
  elements?: Record<string, ElementValue>;
}

/** A Computed Radiography image data set around the given words. */
export function imageDataSet(synthetic: Synthetic): DataSet {
  const { rows, columns, words, bitsAllocated = 16, bitsStored = bitsAllocated } = synthetic;
  const data = bitsAllocated === 8 ? Uint8Array.from(words) : new Uint8Array(Uint16Array.from(words).buffer);
  return dataSetOf({
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.1",
    SOPInstanceUID: "2.25.1",
    Modality: "CR",
    StudyInstanceUID: "2.25.2",
    SeriesInstanceUID: "2.25.3",
    SamplesPerPixel: 1,
    PhotometricInterpretation: synthetic.photometric ?? "MONOCHROME2",
    Rows: rows,
    Columns: columns,
    BitsAllocated: bitsAllocated,
    BitsStored: bitsStored,
    HighBit: synthetic.highBit ?? bitsStored - 1,
    PixelRepresentation: synthetic.signed ? 1 : 0,
    ...synthetic.elements,
    PixelData: data.byteLength % 2 === 0 ? data : Uint8Array.from([...data, 0]),
  });
}

/** The bytes of a DICOM file around the given words, Explicit VR Little Endian. */
export function imageFile(synthetic: Synthetic): Uint8Array {
  return writePart10(imageDataSet(synthetic));
}

/** The instance as it is after writing and reading. */
export function imageInstance(synthetic: Synthetic): Part10 {
  return readPart10(imageFile(synthetic));
}

/** Random numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Something like a limb, of the given bits: dark air, a soft cylinder, two bones with dense edges in it, as blurred as
 * focal spot and detector leave them, and noise over all.
 */
export function limbWords(rows: number, columns: number, bits: number, seed = 1): Uint16Array {
  const random = randomOf(seed);
  const most = 2 ** bits - 1;
  const words = new Uint16Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const across = (column + 0.5) / columns - 0.5 + 0.05 * Math.sin((3 * row) / rows);
      const soft = Math.abs(across) < 0.3 ? 0.35 * Math.sqrt(1 - (across / 0.3) ** 2) : 0;
      const distance = Math.min(Math.abs(across + 0.1), Math.abs(across - 0.11)) / 0.07;
      const cortex = 0.15 * Math.exp(-(((distance - 0.85) / 0.1) ** 2));
      const marrow = (0.2 + 0.03 * Math.sin(row / 9) * Math.cos(column / 7)) / (1 + Math.exp(25 * (distance - 0.95)));
      const noise = 0.02 * (random() - 0.5);
      words[row * columns + column] = Math.round(most * Math.min(1, 0.08 + soft + cortex + marrow + noise));
    }
  }
  return words;
}

const run = promisify(execFile);

/**
 * Runs a DICOM tool from a file of the given bytes to another, and gives that one's; undefined where the tool is not
 * installed.
 */
export async function converted(tool: string, options: string[], bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "redspot-pixels-"));
  try {
    const [from, to] = [join(folder, "from.dcm"), join(folder, "to.dcm")];
    await writeFile(from, bytes);
    await run(tool, [...options, from, to]);
    return new Uint8Array(await readFile(to));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An HTJ2K codestream of 16-bit words, reversible, made by OpenJPH (whose encoder no packaged DICOM tool has). */
export async function htj2kStream(
  words: Uint16Array,
  rows: number,
  columns: number,
  bits: number,
): Promise<Uint8Array> {
  const { HTJ2KEncoder } = await (await import("@cornerstonejs/codec-openjph/wasmjs")).default();
  const encoder = new HTJ2KEncoder();
  const frame = { width: columns, height: rows, bitsPerSample: bits, componentCount: 1, isSigned: false };
  encoder.getDecodedBuffer({ ...frame, isUsingColorTransform: false }).set(new Uint8Array(words.buffer));
  encoder.setQuality(true, 0);
  encoder.setDecompositions(5);
  encoder.encode();
  const stream = encoder.getEncodedBuffer().slice();
  encoder.delete();
  return stream;
}

/** An instance with encapsulated pixel data: the stream as one fragment. */
export function encapsulated(synthetic: Synthetic, transferSyntaxUID: string, stream: Uint8Array): Part10 {
  const part10 = imageInstance(synthetic);
  const even = stream.byteLength % 2 === 0 ? stream : Uint8Array.from([...stream, 0]);
  return {
    ...part10,
    transferSyntaxUID,
    dataSet: { ...part10.dataSet, ...dataSetOf({ PixelData: even }) },
  };
}

/** A phantom's radiograph as an instance, with its window unless told. */
export function phantomInstance(radiograph: Radiograph, { windowed = true } = {}): Part10 {
  const { rows, columns, bitsStored, photometric, windowCenter, windowWidth } = radiograph;
  const elements = windowed ? { WindowCenter: String(windowCenter), WindowWidth: String(windowWidth) } : {};
  return imageInstance({ rows, columns, bitsStored, photometric, words: radiograph.pixels, elements });
}
