import { DicomError, readPart10, TransferSyntax, text } from "@redspot/dicom";
import type { InstanceNote } from "@redspot/queue";
import type { Spool } from "@redspot/spool";
import type { ImageInPacs } from "@redspot/sweep";

/**
 * Everything up to the identifiers of study and series lies within so many bytes of nearly any image. One that is deflated
 * (PS3.5 A.5) can only be read whole.
 */
const HEAD_BYTES = 64 * 1024;

interface FetchDependencies {
  spool: Pick<Spool, "receive" | "putRecord">;
  /** The image's bytes, as they come from the PACS. */
  open: (image: ImageInPacs) => AsyncIterable<Uint8Array>;
}

/** What the PACS gave under an image's address is not that image. Its message holds identifiers only. */
export class NotTheImage extends Error {
  override readonly name = "NotTheImage";
}

/**
 * Brings an image from the PACS into the spool, as it comes, and says what the ledger is to note of it. What is in the spool
 * already stays. Throws DicomWebError, SpoolError, and NotTheImage where the bytes are no DICOM file or another instance:
 * nothing may be said of one patient that was seen in another's image.
 */
export async function fetchImage(image: ImageInPacs, { spool, open }: FetchDependencies): Promise<InstanceNote> {
  const { studyInstanceUID, sopInstanceUID } = image;
  const incoming = await spool.receive();
  try {
    const head = new Head();
    for await (const chunk of open(image)) {
      head.add(chunk);
      await incoming.write(chunk);
    }
    const sopClassUID = classOf(image, head.bytes);
    // Should Redis lose everything, what was fetched must not come back in front of what arrives.
    await spool.putRecord(studyInstanceUID, "backlog-1", new Uint8Array());
    const { bytes } = await incoming.commit({ studyInstanceUID, sopInstanceUID });
    return { studyInstanceUID, sopInstanceUID, sopClassUID, isImage: true, bytes, lane: "backlog" };
  } finally {
    await incoming.abort();
  }
}

/** What a file begins with; all of it where it is deflated. The chunks that it is given may be used again. */
class Head {
  readonly #pieces: Buffer[] = [];
  #missing = HEAD_BYTES;

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  add(chunk: Uint8Array): void {
    if (this.#missing === 0) return;
    const piece = Buffer.from(chunk.subarray(0, this.#missing));
    this.#pieces.push(piece);
    this.#missing -= piece.byteLength;
    if (this.#missing > 0 || !this.bytes.includes(TransferSyntax.DeflatedExplicitVRLittleEndian)) return;
    this.#missing = Number.POSITIVE_INFINITY;
    this.add(chunk.subarray(piece.byteLength));
  }
}

/** The SOP Class UID that it has: a search need not tell it, or tell it right. Throws NotTheImage. */
function classOf({ studyInstanceUID, sopInstanceUID, sopClassUID }: ImageInPacs, head: Uint8Array): string {
  try {
    const { dataSet } = readPart10(head, { stopBefore: "SeriesInstanceUID" });
    const isIt =
      text(dataSet, "StudyInstanceUID") === studyInstanceUID && text(dataSet, "SOPInstanceUID") === sopInstanceUID;
    if (isIt) return text(dataSet, "SOPClassUID") ?? sopClassUID;
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    throw new NotTheImage(`what the PACS gave for instance ${sopInstanceUID} cannot be read (${error.code})`);
  }
  throw new NotTheImage(`what the PACS gave for instance ${sopInstanceUID} is another instance`);
}
