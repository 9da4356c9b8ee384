import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type DataSet, dataSetOf, deriveUid, TransferSyntax, writePart10 } from "@redspot/dicom";

export const CR = "1.2.840.10008.5.1.4.1.1.1";

/** A small CR image of a study of that name, as DICOM file; `content` adds to its data set or takes away from it. */
export function crFile(
  { study = "study", name = "1" }: { study?: string; name?: string } = {},
  content: Parameters<typeof dataSetOf>[0] = {},
  transferSyntaxUID: string = TransferSyntax.ExplicitVRLittleEndian,
): Uint8Array {
  const dataSet: DataSet = dataSetOf({
    SOPClassUID: CR,
    SOPInstanceUID: sopInstanceUIDOf(study, name),
    StudyInstanceUID: studyInstanceUIDOf(study),
    SeriesInstanceUID: deriveUid("stow.test", study, "series"),
    Modality: "CR",
    PatientName: "SECRET^NAME",
    PatientID: "SECRET-ID",
    Rows: 8,
    Columns: 8,
    BitsAllocated: 8,
    PixelData: new Uint8Array(64),
    ...content,
  });
  return writePart10(dataSet, { transferSyntaxUID });
}

/** What a program of dcmtk makes of a file: `program OPTIONS file result`. */
export async function byDcmtk(program: string, file: Uint8Array, options: readonly string[] = []): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "redspot-dcmtk-"));
  try {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    await writeFile(from, file);
    await promisify(execFile)(program, [...options, from, to]);
    return await readFile(to);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const studyInstanceUIDOf = (study: string): string => deriveUid("stow.test", study);
export const sopInstanceUIDOf = (study: string, name: string): string => deriveUid("stow.test", study, name);

/** A multipart body; a part given as text is a part's header and body as they stand, a character a byte. */
export function multipart(parts: readonly (Uint8Array | string)[], boundary = "b"): Buffer {
  const pieces = parts.flatMap((part) => [
    Buffer.from(
      `--${boundary}\r\n${typeof part === "string" ? part : "Content-Type: application/dicom\r\n\r\n"}`,
      "latin1",
    ),
    typeof part === "string" ? Buffer.alloc(0) : part,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}
