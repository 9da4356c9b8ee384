import type { Relationship, ValueType } from "./content-item.ts";

/** Which value types may stand in which relationship, by value. */
type Relationships = Record<Relationship, { readonly from: readonly ValueType[]; readonly to: readonly ValueType[] }>;

interface ReportClassDefinition {
  readonly sopClassUID: string;
  readonly name: string;
  /** The section of PS3.3 that has the IOD. */
  readonly section: string;
  readonly relationships: Relationships;
}

const SIMPLE: readonly ValueType[] = ["TEXT", "CODE", "NUM", "UIDREF"];
const OBSERVED: readonly ValueType[] = ["TEXT", "CODE", "NUM"];
const REFERENCES: readonly ValueType[] = ["IMAGE", "COMPOSITE"];
const NO_CONTAINER: readonly ValueType[] = [...SIMPLE, ...REFERENCES, "SCOORD"];
const ALL: readonly ValueType[] = [...NO_CONTAINER, "CONTAINER"];

/** What is the same in both: CONTAINS, HAS CONCEPT MOD and SELECTED FROM. */
const COMMON = {
  CONTAINS: { from: ["CONTAINER"], to: ALL },
  "HAS CONCEPT MOD": { from: ALL, to: ["TEXT", "CODE"] },
  "SELECTED FROM": { from: ["SCOORD"], to: ["IMAGE"] },
} as const satisfies Partial<Relationships>;

/**
 * The SOP classes that a report can be of, with the relationships of their IODs as far as the value types go that
 * Redspot writes: Comprehensive 3D SR (PS3.3 table A.35.13-2), and Enhanced SR (table A.35.2-2) for an archive that does
 * not take the first. Neither relates by reference here.
 */
export const REPORT_CLASSES = {
  "comprehensive-3d": {
    sopClassUID: "1.2.840.10008.5.1.4.1.1.88.34",
    name: "Comprehensive 3D SR",
    section: "A.35.13",
    relationships: {
      ...COMMON,
      "HAS OBS CONTEXT": { from: ["CONTAINER", ...OBSERVED], to: [...SIMPLE, "COMPOSITE"] },
      "HAS ACQ CONTEXT": { from: ["CONTAINER", "NUM", ...REFERENCES], to: [...SIMPLE, "CONTAINER"] },
      "HAS PROPERTIES": { from: OBSERVED, to: ALL },
      "INFERRED FROM": { from: OBSERVED, to: ALL },
    },
  },
  enhanced: {
    sopClassUID: "1.2.840.10008.5.1.4.1.1.88.22",
    name: "Enhanced SR",
    section: "A.35.2",
    relationships: {
      ...COMMON,
      "HAS OBS CONTEXT": { from: ["CONTAINER"], to: [...SIMPLE, "COMPOSITE"] },
      "HAS ACQ CONTEXT": { from: ["CONTAINER", ...REFERENCES], to: SIMPLE },
      "HAS PROPERTIES": { from: OBSERVED, to: NO_CONTAINER },
      "INFERRED FROM": { from: OBSERVED, to: NO_CONTAINER },
    },
  },
} as const satisfies Record<string, ReportClassDefinition>;

export type ReportClass = keyof typeof REPORT_CLASSES;
