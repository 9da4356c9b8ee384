// TID 1501 Measurement and Qualitative Evaluation Group (PS3.16)
import type { CodedConcept } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import {
  type ContentItem,
  codeValueItem,
  containerItem,
  type InstanceReference,
  imageItem,
  numItem,
  type Point,
  relate,
  textItem,
  uidRefItem,
} from "./content-item.ts";
import { inferredFromRegion } from "./tid-320-image-or-spatial-coordinates.ts";
import { type Algorithm, algorithmIdentification } from "./tid-4019-algorithm-identification.ts";

/** What was measured on one image. */
export interface MeasurementGroup {
  readonly trackingIdentifier: string;
  readonly trackingUID: string;
  /** What was looked for. */
  readonly finding: CodedConcept;
  readonly site: CodedConcept;
  readonly laterality?: "L" | "R";
  /** The image; undefined where its header is no longer at hand, for then it cannot be among the evidence. */
  readonly source?: InstanceReference;
  readonly algorithm: Algorithm;
  /** Certainty that the finding is there, in percent. */
  readonly certainty: number;
  /** Whether the finding is there: present, absent or undetermined. */
  readonly presence: CodedConcept;
  /** What in the image raised the certainty, as a closed polyline round it; needs the image. */
  readonly region?: readonly Point[];
  /** A picture that shows the same. */
  readonly picture?: InstanceReference;
}

const SIDES = { L: Code.Left, R: Code.Right };

/** The certainty of a finding on one image, and whether it counts as present there. */
export function measurementGroup(group: MeasurementGroup): ContentItem {
  const side =
    group.laterality === undefined
      ? []
      : relate("HAS CONCEPT MOD", codeValueItem(Code.Laterality, SIDES[group.laterality]));
  return containerItem(Code.MeasurementGroup, [
    ...relate(
      "HAS OBS CONTEXT",
      textItem(Code.TrackingIdentifier, group.trackingIdentifier),
      uidRefItem(Code.TrackingUniqueIdentifier, group.trackingUID),
    ),
    ...relate("CONTAINS", codeValueItem(Code.Finding, group.finding)),
    ...relate("HAS CONCEPT MOD", codeValueItem(Code.FindingSite, group.site, side)),
    ...(group.source === undefined ? [] : relate("CONTAINS", imageItem(group.source, Code.SourceOfMeasurement))),
    ...relate("HAS CONCEPT MOD", ...algorithmIdentification(group.algorithm)),
    ...relate(
      "CONTAINS",
      numItem(
        Code.CertaintyOfFinding,
        group.certainty,
        Code.Percent,
        group.region === undefined || group.source === undefined
          ? []
          : inferredFromRegion(Code.VisualExplanation, group.region, group.source),
      ),
    ),
    // A certainty without the answer would leave it to the reader to know the cut-off.
    ...relate("CONTAINS", codeValueItem(group.finding, group.presence)),
    // TID 1501 is extensible; TID 1410 and 1411 have this row.
    ...(group.picture === undefined ? [] : relate("CONTAINS", imageItem(group.picture, Code.VisualExplanation))),
  ]);
}
