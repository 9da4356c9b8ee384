import type { Excluded } from "../work-folder.ts";
import type { RowFacts } from "./label-file.ts";

/** An image that may become a case. */
export interface SourceImage {
  readonly facts: RowFacts;
  /** What its place in the order of acquisition goes by; holds a date, so it is kept in memory only. */
  readonly acquired: string;
  /** What it is known by in the source; hashed before it is written anywhere. */
  readonly identity: string;
  /** What it belongs to in the source: two wrists of one study may share a label. */
  readonly study: string;
  /** Its bytes; undefined where it is no longer there. */
  read(): Promise<Uint8Array | undefined>;
}

/** What a source has to offer, in the order in which it was found. */
export interface Offer {
  readonly images: readonly SourceImage[];
  readonly excluded: readonly Excluded[];
  /** Rows of the label file, or files of the folder. */
  readonly rows: number;
  /** Where from, in words without names. */
  readonly source: string;
}
