import { type DataSet, values } from "@redspot/dicom";
import { type CharacterSet, has } from "./character-set.ts";
import type { Composite } from "./segment.ts";

/** The groups of a name in DICOM (PS3.5 6.2.1) and how XPN-8 calls them (HL7 table 0465). */
const GROUPS = [
  ["Alphabetic", "A"],
  ["Ideographic", "I"],
  ["Phonetic", "P"],
] as const;

/**
 * A name of PN (PS3.5 6.2.1: family, given, middle, prefix, suffix; up to three groups) as XPN (HL7 2.5.1, 2.A.88: family,
 * given, further given, suffix, prefix), a repetition for each group. XPN-7 is left out: DICOM does not say what kind of
 * name it is. Of the groups in other scripts those are left out that the character set does not have.
 */
export function personNames(dataSet: DataSet, keyword: string, set: CharacterSet): Composite[] {
  const [name] = values(dataSet, keyword);
  if (typeof name !== "object" || name === null) return [];
  return GROUPS.flatMap(([group, representation]) => {
    const letters = (name as Record<string, unknown>)[group];
    if (typeof letters !== "string" || letters.replaceAll("^", "").trim() === "") return [];
    if (representation !== "A" && !has(set, letters)) return [];
    const [family = "", given = "", middle = "", prefix = "", suffix = ""] = letters.split("^");
    return [{ 1: { 1: family }, 2: given, 3: middle, 4: suffix, 5: prefix, 8: representation }];
  });
}
