import type { Coded } from "./content-tree.ts";

/**
 * The codes that Redspot's reports may use, written out from PS3.16 (2024e) beside those that the builder uses, so that a
 * slip in one is seen by the other: Annex D for DCM, Annexes B and 8 for the other schemes, "value scheme" to meaning.
 */
export const MEANINGS: Readonly<Record<string, string>> = {
  "126000 DCM": "Imaging Measurement Report",
  "121049 DCM": "Language of Content Item and Descendants",
  "121005 DCM": "Observer Type",
  "121007 DCM": "Device",
  "121012 DCM": "Device Observer UID",
  "121013 DCM": "Device Observer Name",
  "121014 DCM": "Device Observer Manufacturer",
  "121015 DCM": "Device Observer Model Name",
  "121016 DCM": "Device Observer Serial Number",
  "121058 DCM": "Procedure reported",
  "111028 DCM": "Image Library",
  "126200 DCM": "Image Library Group",
  "126010 DCM": "Imaging Measurements",
  "125007 DCM": "Measurement Group",
  "112039 DCM": "Tracking Identifier",
  "112040 DCM": "Tracking Unique Identifier",
  "121071 DCM": "Finding",
  "121112 DCM": "Source of Measurement",
  "111001 DCM": "Algorithm Name",
  "111002 DCM": "Algorithm Parameters",
  "111003 DCM": "Algorithm Version",
  "111012 DCM": "Certainty of Finding",
  "111065 DCM": "Summary of Analyses",
  "111222 DCM": "Succeeded",
  "111223 DCM": "Partially Succeeded",
  "111224 DCM": "Failed",
  "111225 DCM": "Not Attempted",
  "111005 DCM": "Assessment Category",
  "121106 DCM": "Comment",
  "130401 DCM": "Visual explanation",
  "C0034375 UMLS": "Qualitative Evaluations",
  "72704001 SCT": "Fracture",
  "363698007 SCT": "Finding Site",
  "74670003 SCT": "Wrist joint",
  "272741003 SCT": "Laterality",
  "7771000 SCT": "Left",
  "24028007 SCT": "Right",
  "52101004 SCT": "Present",
  "272519000 SCT": "Absent",
  "373068000 SCT": "Undetermined",
  "363679005 SCT": "Imaging procedure",
  "43468-8 LN": "XR unspecified body region",
  "% UCUM": "Percent",
  "RID49480 RADLEX": "Category 1 Actionable Finding",
  "RID49481 RADLEX": "Category 2 Actionable Finding",
  "RID49482 RADLEX": "Category 3 Actionable Finding",
};

/** Schemes that PS3.16 has retired for SNOMED CT's own codes (SCT), in section 8.1. */
const RETIRED_SCHEMES = new Set(["SRT", "SNM3", "99SDM"]);

/** Codes of Annex D that are retired, and lie near to those in use. */
const RETIRED_CODES: Readonly<Record<string, string>> = {
  "121070 DCM": "Findings",
  "G-C0E3 SRT": "Finding Site",
  "G-C171 SRT": "Laterality",
};

/** Why a code must not stand in a report, whatever its place; undefined where nothing speaks against it. */
export function objectionTo({ value, scheme, meaning }: Coded): string | undefined {
  const key = `${value} ${scheme}`;
  if (value === "" || scheme === "" || meaning === "") return "lacks its value, scheme or meaning (PS3.3 8.3)";
  if (key in RETIRED_CODES) return `is retired (${RETIRED_CODES[key]}, PS3.16 Annex D)`;
  if (RETIRED_SCHEMES.has(scheme)) return `is of the retired scheme ${scheme} (PS3.16 8.1)`;
  if (scheme.startsWith("99")) return "is private";
  return undefined;
}

/** Context groups of PS3.16 Annex B, as "value scheme". */
export const CONTEXT_GROUPS = {
  /** Laterality. */
  244: ["7771000 SCT", "24028007 SCT", "51440002 SCT", "66459002 SCT"],
  /** Present-Absent. */
  240: ["52101004 SCT", "272519000 SCT", "373068000 SCT"],
  /** Observer Type. */
  270: ["121006 DCM", "121007 DCM"],
  /** Status of Results. */
  6042: ["111222 DCM", "111223 DCM", "111224 DCM", "111225 DCM"],
  /** Measurement Report Document Titles. */
  7021: ["126000 DCM", "126001 DCM", "126002 DCM", "126003 DCM"],
  /** Actionable Finding Classification. */
  7035: ["RID49480 RADLEX", "RID49481 RADLEX", "RID49482 RADLEX"],
} as const;

export type ContextGroup = keyof typeof CONTEXT_GROUPS;
