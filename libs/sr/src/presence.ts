import type { Outcome } from "@redspot/triage";
import type { CodedConcept } from "./coded-concept.ts";
import { Code } from "./codes.ts";

/** Each outcome as an answer to the question whether there is a fracture (CID 240, Present-Absent). */
export const PRESENCE: Readonly<Record<Outcome, CodedConcept>> = {
  fracture: Code.Present,
  "no-fracture": Code.Absent,
  inconclusive: Code.Undetermined,
  "not-analysed": Code.Undetermined,
};
