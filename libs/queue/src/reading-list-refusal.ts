import type { WorkitemState } from "./workitem.ts";

/** Why nothing was done with a study. */
const MEANINGS = {
  STUDY_UNKNOWN: "the reading list has no such study",
  STUDY_TAKEN: "somebody else is reading the study",
  STUDY_ENDED: "the study is not to be read any more",
} as const;

export type RefusalCode = keyof typeof MEANINGS;

interface RefusalDetail {
  studyInstanceUID: string;
  state?: WorkitemState;
  /** Who brought the study into that state, and when, in milliseconds since 1970. */
  by?: string;
  at?: number;
}

/** The reading list did not do what was asked, because of the state that the study is in. */
export class ReadingListRefusal extends Error {
  override readonly name = "ReadingListRefusal";
  readonly code: RefusalCode;
  readonly detail: RefusalDetail;

  constructor(code: RefusalCode, detail: RefusalDetail) {
    const { studyInstanceUID, state, by } = detail;
    const where = state === undefined ? studyInstanceUID : `${studyInstanceUID} is ${state}`;
    super(`${MEANINGS[code]}: ${where}${by === undefined ? "" : `, by ${by}`}`);
    this.code = code;
    this.detail = detail;
  }
}
