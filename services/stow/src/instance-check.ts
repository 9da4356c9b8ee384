import { hasPixels, isStorage, isUid } from "@redspot/dicom";
import { ElementWalk } from "./element-walk.ts";
import { InstanceFailure } from "./failures.ts";
import { Inflation } from "./inflation.ts";
import { type DataSetEncoding, encodingOf } from "./transfer-syntax-rule.ts";
import { DATA_SET_DOES_NOT_MATCH, type WarningReason } from "./warnings.ts";

/** Who an instance is. */
export interface InstanceIdentity {
  sopClassUID: string;
  sopInstanceUID: string;
  seriesInstanceUID: string;
  studyInstanceUID: string;
}

/** What a check found in an instance that can be taken. */
export interface CheckedInstance {
  identity: InstanceIdentity;
  /** It is taken although something about it is not as it should be. */
  warning?: WarningReason;
}

const META_SOP_CLASS_UID = 0x00020002;
const META_SOP_INSTANCE_UID = 0x00020003;
const TRANSFER_SYNTAX_UID = 0x00020010;
const SOP_CLASS_UID = 0x00080016;
const SOP_INSTANCE_UID = 0x00080018;
const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;
/** Float, double float and integer pixel data, and a URL where it is to be had (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25). */
const PIXEL_DATA = [0x7fe00008, 0x7fe00009, 0x7fe00010, 0x00287fe0];
const WANTED = [
  ...[META_SOP_CLASS_UID, META_SOP_INSTANCE_UID, TRANSFER_SYNTAX_UID],
  ...[SOP_CLASS_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID],
  ...PIXEL_DATA,
];

/** Up to, and with, the length of the File Meta Information, its first element (PS3.10 7.1). */
const HEAD_BYTES = 144;
const META_LENGTH_HEADER = Buffer.from("02000000554c0400", "hex");

/** So much may come out of a deflated data set: more than any radiograph has. */
const MOST_INFLATED_BYTES = 256 * 1024 * 1024;

/**
 * Checks whether the bytes that pass by are an instance that can be taken (PS3.18 10.5.1, PS3.10 7.1), and tells who it
 * is. `push` and `end` throw InstanceFailure, `push` as soon as it is certain.
 */
export class InstanceCheck {
  readonly #walk = new ElementWalk(WANTED);
  readonly #strict: boolean;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #bytes = 0;
  /** Where the data set begins, as far as the file tells. */
  #metaEnd: number | undefined;
  #encoding: DataSetEncoding | undefined;
  /** Whether what passes by is walked over as its transfer syntax has it. */
  #isWalkedSo = false;
  #inflation: Inflation | undefined;

  /** @param strict take no transfer syntax that web services shall not use, and nothing but storage SOP classes */
  constructor({ strict }: { strict: boolean }) {
    this.#strict = strict;
  }

  /** Class and instance as far as they are known, also where the instance cannot be taken. */
  get named(): { sopClassUID?: string; sopInstanceUID?: string } {
    const sopClassUID = this.#uid(SOP_CLASS_UID) ?? this.#uid(META_SOP_CLASS_UID);
    const sopInstanceUID = this.#uid(SOP_INSTANCE_UID) ?? this.#uid(META_SOP_INSTANCE_UID);
    return {
      ...(sopClassUID === undefined ? {} : { sopClassUID }),
      ...(sopInstanceUID === undefined ? {} : { sopInstanceUID }),
    };
  }

  /** How long the file is at least, by what has come and what its elements say of themselves. */
  get leastBytes(): number {
    return this.#inflation === undefined ? this.#walk.elementEnd : this.#bytes;
  }

  /** Takes the next bytes; to be awaited where it returns a promise, as it does within a deflated data set. */
  push(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#inflation !== undefined) return this.#inflate(chunk);
    const start = this.#bytes;
    if (start < HEAD_BYTES) this.#readHead(chunk);
    const behind = this.#metaEnd === undefined ? chunk.byteLength : this.#metaEnd - start;
    this.#bytes += chunk.byteLength;
    if (behind <= 0 || behind >= chunk.byteLength) {
      this.#look(chunk);
      if (behind === chunk.byteLength && this.#metaEnd !== undefined) this.#enterDataSet();
      return undefined;
    }
    this.#look(chunk.subarray(0, behind));
    this.#enterDataSet();
    const rest = chunk.subarray(behind);
    if (this.#inflation !== undefined) return this.#inflate(rest);
    this.#look(rest);
    return undefined;
  }

  #readHead(chunk: Uint8Array): void {
    this.#head.set(chunk.subarray(0, HEAD_BYTES - this.#bytes), this.#bytes);
    if (this.#bytes + chunk.byteLength < HEAD_BYTES || this.#head.compare(META_LENGTH_HEADER, 0, 4, 132, 136) !== 0)
      return;
    // No reader takes the group's length in another form, whatever else it forgives.
    if (this.#head.compare(META_LENGTH_HEADER, 0, 8, 132, 140) !== 0) {
      throw new InstanceFailure("NOT_PART_10", "File Meta Information Group Length is not of VR UL (PS3.10 7.1)");
    }
    this.#metaEnd = HEAD_BYTES + this.#head.readUInt32LE(140);
  }

  #look(bytes: Uint8Array): void {
    this.#walk.push(bytes);
    this.#checkTransferSyntax();
    if (this.#walk.spoilt === "no prefix") throw new InstanceFailure("NOT_PART_10");
    if (this.#walk.spoilt === "malformed" && this.#encoding !== undefined) throw new InstanceFailure("MALFORMED");
  }

  /** Before anything else: of a data set in another syntax nothing can be said. */
  #checkTransferSyntax(): void {
    const uid = this.#walk.value(TRANSFER_SYNTAX_UID);
    if (uid === undefined || this.#encoding !== undefined) return;
    this.#encoding = encodingOf(uid, this.#strict);
    if (this.#encoding !== undefined) return;
    const which = isUid(uid) ? uid : "that is no UID";
    throw new InstanceFailure("TRANSFER_SYNTAX", `transfer syntax ${which} is not taken`);
  }

  #enterDataSet(): void {
    if (this.#encoding === undefined) return;
    if (this.#encoding.deflated)
      this.#inflation = new Inflation((bytes) => this.#walk.push(bytes), MOST_INFLATED_BYTES);
    else if (this.#encoding.implicit || this.#encoding.bigEndian) this.#walk.goOnIn(this.#encoding);
    this.#isWalkedSo = true;
  }

  async #inflate(chunk: Uint8Array): Promise<void> {
    await this.#inflation!.push(chunk);
    if (this.#walk.spoilt === "malformed") throw new InstanceFailure("MALFORMED");
  }

  /** What the instance is, once its file has ended. */
  end(): CheckedInstance {
    if (this.#bytes === 0) throw new InstanceFailure("EMPTY_PART");
    const wholeness = this.#walk.end();
    if (wholeness === "no prefix") throw new InstanceFailure("NOT_PART_10");
    if (wholeness === "truncated") throw new InstanceFailure("TRUNCATED");
    if (this.#encoding === undefined) throw new InstanceFailure("NOT_PART_10", "no Transfer Syntax UID (0002,0010)");
    if (wholeness === "malformed") throw new InstanceFailure("MALFORMED");
    const { implicit, bigEndian, deflated } = this.#encoding;
    // A group length that is wrong or missing: readers would find other elements than those that were walked over.
    if (!this.#isWalkedSo && (implicit || bigEndian || deflated)) {
      throw new InstanceFailure("MALFORMED", "the data set is not in the transfer syntax of its file (PS3.10 7.1)");
    }
    const identity = this.#identity();
    if (this.#strict && !isStorage(identity.sopClassUID)) {
      throw new InstanceFailure("SOP_CLASS", `SOP class ${identity.sopClassUID} is no Storage SOP Class (PS3.4 B.5)`);
    }
    const lacksPixels = hasPixels(identity.sopClassUID) && !PIXEL_DATA.some((tag) => this.#walk.has(tag));
    return lacksPixels ? { identity, warning: DATA_SET_DOES_NOT_MATCH } : { identity };
  }

  /** Frees what it holds; to be called however it ends. */
  close(): void {
    this.#inflation?.close();
  }

  #identity(): InstanceIdentity {
    const sopClassUID = this.#required(SOP_CLASS_UID, "SOP Class UID");
    const sopInstanceUID = this.#required(SOP_INSTANCE_UID, "SOP Instance UID");
    const studyInstanceUID = this.#required(STUDY_INSTANCE_UID, "Study Instance UID");
    const seriesInstanceUID = this.#required(SERIES_INSTANCE_UID, "Series Instance UID");
    if (!this.#agrees(META_SOP_CLASS_UID, sopClassUID) || !this.#agrees(META_SOP_INSTANCE_UID, sopInstanceUID)) {
      throw new InstanceFailure("META_DISAGREES");
    }
    return { sopClassUID, sopInstanceUID, seriesInstanceUID, studyInstanceUID };
  }

  #uid(tag: number): string | undefined {
    const value = this.#walk.value(tag);
    return value !== undefined && isUid(value) ? value : undefined;
  }

  #required(tag: number, name: string): string {
    const uid = this.#uid(tag);
    if (uid === undefined) throw new InstanceFailure("MISSING_UID", `${name} is absent or no UID (PS3.5 9.1)`);
    return uid;
  }

  #agrees(tagInMeta: number, uid: string): boolean {
    return (this.#walk.value(tagInMeta) ?? uid) === uid;
  }
}
