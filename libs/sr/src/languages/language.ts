import type { ReasonCode } from "@redspot/triage";

/**
 * What a report says in one language. A language is a table: to add one, write a module like `german.ts` and put it into
 * `LANGUAGES`. Codes stay what they are; a Code Meaning may be a translation (PS3.3 8.3).
 */
export interface Language {
  /** Tag of RFC 5646, which is what CID 5000 holds. */
  readonly tag: string;
  /** The language's name, as Code Meaning. */
  readonly name: string;
  /** Code Meanings, by "value scheme"; what is not here keeps the meaning that PS3.16 gives it. */
  readonly meanings: Readonly<Record<string, string>>;
  readonly reasons: Readonly<Record<ReasonCode, string>>;
  /** A probability in percent, one digit after the decimal mark: what a person reads. */
  percent(probability: number): string;
  /** The findings, each in a sentence. Numbers come as text. */
  fracture(): string;
  noFracture(): string;
  inconclusive(low: string, high: string): string;
  notAnalysed(reason: string | undefined): string;
  figures(probability: string, cutOff: string): string;
  /** Why so many instances were passed over. */
  passedOver(count: number, reason: string): string;
  /** What a message to other systems says of itself: that no person has read the study yet. */
  readonly notADiagnosis: string;
  /** That the report is not in the archive, and by which code why not. */
  reportMissing(code: string): string;
  /** What stands wherever a demonstration model could be taken for a clinical one: in a report, and in few words. */
  readonly demonstrationWarning: string;
  readonly demonstrationMark: string;
  /** Series Description (0008,103E) of reports and of pictures: LO, at most 64 characters. */
  readonly series: Readonly<Record<"report" | "picture" | "demonstrationReport" | "demonstrationPicture", string>>;
  /** What a reader must know of a region or picture: that it explains the score, and is not a mark of the fracture. */
  readonly explanation: string;
  /** The same in the picture itself, in letters that can be drawn (upper case). */
  readonly pictureTitle: string;
  pictureFigures(probability: string, cutOff: string): string;
}
