import { type DataSet, dataSetOf } from "@redspot/dicom";
import { SrError } from "./sr-error.ts";

/** A coded concept: value, scheme and meaning (Basic Code Sequence Macro, PS3.3 8.8-1a). */
export interface CodedConcept {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

/**
 * A coded concept as PS3.16 writes it: (value, scheme, "meaning"). Throws INVALID_CONTENT where a part is empty or
 * longer than its attribute: Code Value and Coding Scheme Designator are SH (16), Code Meaning is LO (64).
 */
export function code(value: string, scheme: string, meaning: string): CodedConcept {
  const fits = (text: string, limit: number) =>
    text.trim() === text && text.length > 0 && [...text].length <= limit && !/[\\\p{Cc}]/u.test(text);
  if (!fits(value, 16) || !fits(scheme, 16) || !fits(meaning, 64)) {
    throw new SrError("INVALID_CONTENT", `(${value}, ${scheme}, "${meaning}") is no coded concept (PS3.3 8.8)`);
  }
  return { value, scheme, meaning };
}

/** The item of a code sequence that says this concept. */
export function codeItem({ value, scheme, meaning }: CodedConcept): DataSet {
  return dataSetOf({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning });
}
