// TID 1500 Measurement Report (PS3.16)
import type { CodedConcept } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import {
  type Child,
  type ContentItem,
  codeValueItem,
  containerItem,
  type InstanceReference,
  relate,
} from "./content-item.ts";
import type { Language } from "./languages/language.ts";
import { type DeviceObserver, deviceObserverContext } from "./tid-1001-observation-context.ts";
import { languageOfContent } from "./tid-1204-language.ts";
import { imageLibrary } from "./tid-1600-image-library.ts";

/** What a measurement report is made of. */
export interface MeasurementReport {
  readonly language: Language;
  readonly observer: DeviceObserver;
  /** The imaging procedures that were reported on. */
  readonly procedures: readonly CodedConcept[];
  readonly images: readonly InstanceReference[];
  /** Measurement groups (TID 1501); none where nothing could be measured. */
  readonly measurementGroups: readonly ContentItem[];
  /** CODE and TEXT items about the study as a whole. */
  readonly evaluations: readonly ContentItem[];
}

/** The content tree of an Imaging Measurement Report. */
export function measurementReport(report: MeasurementReport): ContentItem {
  const measurements: Child[] =
    report.measurementGroups.length === 0
      ? []
      : relate("CONTAINS", containerItem(Code.ImagingMeasurements, relate("CONTAINS", ...report.measurementGroups)));
  return containerItem(
    Code.ImagingMeasurementReport,
    [
      ...languageOfContent(report.language),
      ...deviceObserverContext(report.observer),
      ...report.procedures.flatMap((one) => relate("HAS CONCEPT MOD", codeValueItem(Code.ProcedureReported, one))),
      ...imageLibrary(report.images),
      ...measurements,
      ...relate("CONTAINS", containerItem(Code.QualitativeEvaluations, relate("CONTAINS", ...report.evaluations))),
    ],
    "1500",
  );
}
