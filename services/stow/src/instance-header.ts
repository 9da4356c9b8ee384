import { DicomError, isUid, readPart10, text } from "@redspot/dicom";
import { InstanceFailure } from "./failures.ts";
import { type FileMeta, hasPrefix, readFileMeta } from "./file-meta.ts";
import { isTransferSyntaxTaken } from "./transfer-syntax-rule.ts";

/** Who an instance is. */
export interface InstanceIdentity {
  sopClassUID: string;
  sopInstanceUID: string;
  studyInstanceUID: string;
}

/** How much of a file is looked at, step by step, until its identity is found. */
const STEPS = [64 * 1024, 256 * 1024, 1024 * 1024, 4 * 1024 * 1024];

/**
 * Finds an instance's identity in the first bytes of its file, as they come in. `push` and `end` throw InstanceFailure
 * as soon as it is certain that the instance cannot be taken.
 */
export class InstanceHeader {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #step = 0;
  #meta: FileMeta = { sopClassUID: undefined, sopInstanceUID: undefined, transferSyntaxUID: undefined };
  #identity: InstanceIdentity | undefined;

  /** Class and instance as far as they are known, also where the instance cannot be taken. */
  get named(): { sopClassUID?: string; sopInstanceUID?: string } {
    const { sopClassUID, sopInstanceUID } = this.#identity ?? this.#meta;
    return {
      ...(sopClassUID === undefined ? {} : { sopClassUID }),
      ...(sopInstanceUID === undefined ? {} : { sopInstanceUID }),
    };
  }

  push(chunk: Uint8Array): void {
    if (this.#identity !== undefined || this.#step >= STEPS.length) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes >= STEPS[this.#step]!) this.#look();
  }

  #look(): void {
    const bytes = this.#join();
    this.#identity = this.#identify(bytes);
    while (this.#step < STEPS.length && bytes.byteLength >= STEPS[this.#step]!) this.#step += 1;
    this.#chunks = this.#identity !== undefined || this.#step >= STEPS.length ? [] : [bytes];
  }

  /** An array that fills its buffer, which the reader then need not copy. */
  #join(): Uint8Array {
    const joined = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, at);
      at += chunk.byteLength;
    }
    return joined;
  }

  /** The identity; undefined where it takes more bytes to tell. */
  #identify(bytes: Uint8Array): InstanceIdentity | undefined {
    if (bytes.byteLength === 0) throw new InstanceFailure("EMPTY_PART");
    if (!hasPrefix(bytes)) throw new InstanceFailure("NOT_PART_10");
    this.#meta = readFileMeta(bytes);
    const { transferSyntaxUID } = this.#meta;
    if (transferSyntaxUID !== undefined && !isTransferSyntaxTaken(transferSyntaxUID)) {
      throw new InstanceFailure("TRANSFER_SYNTAX", `transfer syntax ${transferSyntaxUID} is not taken`);
    }
    try {
      const { dataSet } = readPart10(bytes, { stopBefore: "SeriesInstanceUID" });
      return identityOf(this.#meta, {
        sopClassUID: text(dataSet, "SOPClassUID"),
        sopInstanceUID: text(dataSet, "SOPInstanceUID"),
        studyInstanceUID: text(dataSet, "StudyInstanceUID"),
      });
    } catch (error) {
      if (!(error instanceof DicomError)) throw error;
      if (error.code === "TRUNCATED") return undefined;
      throw new InstanceFailure(error.code === "NOT_PART_10" ? "NOT_PART_10" : "MALFORMED", error.message);
    }
  }

  /** To be called once the file has ended, of which the lengths say that it is whole. */
  end(): InstanceIdentity {
    if (this.#identity === undefined && this.#step < STEPS.length) this.#look();
    if (this.#identity === undefined) {
      throw new InstanceFailure("MISSING_UID", `no Series Instance UID within the first ${this.#bytes} bytes`);
    }
    return this.#identity;
  }
}

function identityOf(meta: FileMeta, found: Partial<Record<keyof InstanceIdentity, string | undefined>>) {
  const { sopClassUID, sopInstanceUID, studyInstanceUID } = found;
  if (!isPresentUid(sopClassUID)) throw missing("SOP Class UID");
  if (!isPresentUid(sopInstanceUID)) throw missing("SOP Instance UID");
  if (!isPresentUid(studyInstanceUID)) throw missing("Study Instance UID");
  const agrees = (inMeta: string | undefined, inDataSet: string) => inMeta === undefined || inMeta === inDataSet;
  if (!agrees(meta.sopClassUID, sopClassUID) || !agrees(meta.sopInstanceUID, sopInstanceUID)) {
    throw new InstanceFailure("META_DISAGREES");
  }
  return { sopClassUID, sopInstanceUID, studyInstanceUID };
}

function isPresentUid(value: string | undefined): value is string {
  return value !== undefined && isUid(value);
}

function missing(what: string): InstanceFailure {
  return new InstanceFailure("MISSING_UID", `${what} is absent or no UID (PS3.5 9.1)`);
}
