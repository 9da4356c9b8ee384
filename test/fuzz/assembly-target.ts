import { DicomError, readPart10, tagOf } from "@redspot/dicom";
import type { FileSpool } from "@redspot/spool";
import type { StoreResult } from "../../services/stow/src/store-transaction.ts";
import { expect, type FuzzTarget } from "./fuzz-target.ts";
import { metadataInputs } from "./metadata-grammar.ts";
import { BOUNDARY } from "./multipart-grammar.ts";
import { splitWhole } from "./split-whole.ts";
import { expectNames, type Note, openTransactions } from "./transaction-target.ts";

/** Metadata with bulk data (PS3.18 10.5.2), in JSON or in XML: files that never were, put together from a body. */
export const assemblyTarget: FuzzTarget = {
  about:
    "services/stow's storeInstances on metadata with bulk data, in JSON and XML; the files that it makes are read back",
  inputs: metadataInputs(),
  corpus: ".metadata",
  inProcess: true,
  open: () => openTransactions({ formOf, expectStored: expectFiles }),
};

/** The request's header says what the metadata is written in: here the body's first part does. */
function formOf(input: Uint8Array) {
  const isXml = Buffer.from(input.subarray(0, 400)).toString("latin1").includes("+xml");
  return { type: isXml ? "application/dicom+xml" : "application/dicom+json", boundary: BOUNDARY } as const;
}

/** What is stored is a file that can be read, under its names, and its pixels were sent as such. */
async function expectFiles(
  input: Uint8Array,
  { stored }: StoreResult,
  notes: readonly Note[],
  spool: FileSpool,
): Promise<void> {
  const pieces = binaryIn(input);
  expect(notes.length === stored.length, "what is stored is noted");
  for (const [at, note] of notes.entries()) {
    expect(stored[at]!.sopInstanceUID === note.sopInstanceUID, "the note is about what is stored");
    const bytes = await spool.read(note.studyInstanceUID, note.sopInstanceUID);
    await expectNames(bytes, note);
    for (const value of pixelsOf(bytes)) {
      if (value instanceof Uint8Array)
        expect(isMadeOf(Buffer.from(value), pieces), "the pixels are those that were sent");
    }
  }
}

/** The values of Pixel Data, as far as dcmjs can read the file: it takes what is too long for its representation as a sequence. */
function pixelsOf(file: Uint8Array): readonly unknown[] {
  try {
    return readPart10(file).dataSet[tagOf("PixelData")]?.Value ?? [];
  } catch (error) {
    if (error instanceof DicomError) return [];
    throw error;
  }
}

/** The bulk data of a body, and what may be inline binary values of its metadata. */
function binaryIn(input: Uint8Array): Buffer[] {
  const inline = Buffer.from(input)
    .toString("latin1")
    .match(/[A-Za-z0-9+/]+={0,2}/g);
  return [
    ...splitWhole(input, BOUNDARY).parts.map(({ body }) => Buffer.from(body)),
    ...(inline ?? []).map((text) => Buffer.from(text, "base64")),
  ].filter(({ byteLength }) => byteLength > 0);
}

/** Whether a value is one piece after the other, as frames are; one of odd length is padded (PS3.5 8.1.1). */
function isMadeOf(value: Buffer, pieces: readonly Buffer[]): boolean {
  if (value.byteLength === 0 || value.equals(Buffer.alloc(1))) return true;
  return pieces.some(
    (piece) => piece.equals(value.subarray(0, piece.byteLength)) && isMadeOf(value.subarray(piece.byteLength), pieces),
  );
}
