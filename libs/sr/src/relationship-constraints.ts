import type { ContentItem, Relationship, ValueType } from "./content-item.ts";
import { SrError } from "./sr-error.ts";

const SIMPLE: readonly ValueType[] = ["TEXT", "CODE", "NUM", "UIDREF"];
const REFERENCES: readonly ValueType[] = ["IMAGE", "COMPOSITE"];
const ALL: readonly ValueType[] = [...SIMPLE, ...REFERENCES, "CONTAINER"];

/** Which value types may stand in which relationship: Comprehensive 3D SR, PS3.3 table A.35.13-2, by reference none. */
const ALLOWED: Record<Relationship, { from: readonly ValueType[]; to: readonly ValueType[] }> = {
  CONTAINS: { from: ["CONTAINER"], to: ALL },
  "HAS OBS CONTEXT": { from: ["CONTAINER", "TEXT", "CODE", "NUM"], to: [...SIMPLE, "COMPOSITE"] },
  "HAS ACQ CONTEXT": { from: ["CONTAINER", "NUM", ...REFERENCES], to: [...SIMPLE, "CONTAINER"] },
  "HAS CONCEPT MOD": { from: ALL, to: ["TEXT", "CODE"] },
  "HAS PROPERTIES": { from: ["TEXT", "CODE", "NUM"], to: ALL },
  "INFERRED FROM": { from: ["TEXT", "CODE", "NUM"], to: ALL },
};

/** Throws INVALID_RELATIONSHIP where an item of the tree stands in a relationship that the IOD does not allow. */
export function checkRelationships(parent: ContentItem): void {
  for (const { relationship, item } of parent.children) {
    const { from, to } = ALLOWED[relationship];
    if (!from.includes(parent.valueType) || !to.includes(item.valueType)) {
      throw new SrError(
        "INVALID_RELATIONSHIP",
        `${parent.valueType} ${relationship} ${item.valueType} is not allowed in a Comprehensive 3D SR (PS3.3 A.35.13)`,
      );
    }
    checkRelationships(item);
  }
}
