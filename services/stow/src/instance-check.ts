import { isUid } from "@redspot/dicom";
import { ElementWalk } from "./element-walk.ts";
import { InstanceFailure } from "./failures.ts";
import { isTransferSyntaxTaken } from "./transfer-syntax-rule.ts";

/** Who an instance is. */
export interface InstanceIdentity {
  sopClassUID: string;
  sopInstanceUID: string;
  studyInstanceUID: string;
}

const META_SOP_CLASS_UID = 0x00020002;
const META_SOP_INSTANCE_UID = 0x00020003;
const TRANSFER_SYNTAX_UID = 0x00020010;
const SOP_CLASS_UID = 0x00080016;
const SOP_INSTANCE_UID = 0x00080018;
const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;
const WANTED = [
  ...[META_SOP_CLASS_UID, META_SOP_INSTANCE_UID, TRANSFER_SYNTAX_UID],
  ...[SOP_CLASS_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID],
];

/**
 * Checks whether the bytes that pass by are an instance that can be taken (PS3.18 10.5.1, PS3.10 7.1), and tells who it
 * is. `push` and `end` throw InstanceFailure, `push` as soon as it is certain.
 */
export class InstanceCheck {
  readonly #walk = new ElementWalk(WANTED);
  #bytes = 0;
  #syntaxChecked = false;

  /** Class and instance as far as they are known, also where the instance cannot be taken. */
  get named(): { sopClassUID?: string; sopInstanceUID?: string } {
    const sopClassUID = this.#uid(SOP_CLASS_UID) ?? this.#uid(META_SOP_CLASS_UID);
    const sopInstanceUID = this.#uid(SOP_INSTANCE_UID) ?? this.#uid(META_SOP_INSTANCE_UID);
    return {
      ...(sopClassUID === undefined ? {} : { sopClassUID }),
      ...(sopInstanceUID === undefined ? {} : { sopInstanceUID }),
    };
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    this.#walk.push(chunk);
    this.#checkTransferSyntax();
    if (this.#walk.spoilt === "no prefix") throw new InstanceFailure("NOT_PART_10");
    if (this.#walk.spoilt === "malformed" && this.#syntaxChecked) throw new InstanceFailure("MALFORMED");
  }

  /** Before anything else: of a data set in another syntax nothing can be said. */
  #checkTransferSyntax(): void {
    const uid = this.#walk.value(TRANSFER_SYNTAX_UID);
    if (uid === undefined || this.#syntaxChecked) return;
    if (!isTransferSyntaxTaken(uid)) {
      const which = isUid(uid) ? uid : "that is no UID";
      throw new InstanceFailure("TRANSFER_SYNTAX", `transfer syntax ${which} is not taken`);
    }
    this.#syntaxChecked = true;
  }

  /** Who the instance is, once its file has ended. */
  end(): InstanceIdentity {
    if (this.#bytes === 0) throw new InstanceFailure("EMPTY_PART");
    const wholeness = this.#walk.end();
    if (wholeness === "no prefix") throw new InstanceFailure("NOT_PART_10");
    if (wholeness === "truncated") throw new InstanceFailure("TRUNCATED");
    if (!this.#syntaxChecked) throw new InstanceFailure("NOT_PART_10", "no Transfer Syntax UID (0002,0010)");
    const sopClassUID = this.#required(SOP_CLASS_UID, "SOP Class UID");
    const sopInstanceUID = this.#required(SOP_INSTANCE_UID, "SOP Instance UID");
    const studyInstanceUID = this.#required(STUDY_INSTANCE_UID, "Study Instance UID");
    this.#required(SERIES_INSTANCE_UID, "Series Instance UID");
    if (!this.#agrees(META_SOP_CLASS_UID, sopClassUID) || !this.#agrees(META_SOP_INSTANCE_UID, sopInstanceUID)) {
      throw new InstanceFailure("META_DISAGREES");
    }
    return { sopClassUID, sopInstanceUID, studyInstanceUID };
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
