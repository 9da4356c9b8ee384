// TID 320 Image or Spatial Coordinates (PS3.16), included by TID 300 in the relationship INFERRED FROM
import type { CodedConcept } from "./coded-concept.ts";
import { type Child, type InstanceReference, type Point, regionItem, relate } from "./content-item.ts";

/** The region of an image from which a measurement was inferred, and to what purpose it is given. */
export function inferredFromRegion(
  purpose: CodedConcept,
  polyline: readonly Point[],
  image: InstanceReference,
): Child[] {
  return relate("INFERRED FROM", regionItem(purpose, polyline, image));
}
