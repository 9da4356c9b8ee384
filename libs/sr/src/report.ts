import { type DataSet, deriveUid, number, text } from "@redspot/dicom";
import { type Finding, type InstanceFinding, outcomeAt } from "@redspot/triage";
import { Code } from "./codes.ts";
import type { Point } from "./content-item.ts";
import { type PredecessorDocument, structuredReport } from "./document.ts";
import { evaluationsOf } from "./evaluations.ts";
import { sourceInstances } from "./evidence.ts";
import { activationOutline, outlineInImage } from "./explanation/activation-region.ts";
import type { PictureReference } from "./explanation/pictures.ts";
import { LANGUAGES } from "./languages/languages.ts";
import { algorithmOf, deviceOf, type Installation, isDemonstration, marked } from "./model-device.ts";
import { PRESENCE } from "./presence.ts";
import { proceduresOf } from "./procedures-reported.ts";
import { DEFAULT_OPTIONS, type ReportOptions } from "./report-options.ts";
import { measurementReport } from "./tid-1500-measurement-report.ts";
import { type MeasurementGroup, measurementGroup } from "./tid-1501-measurement-group.ts";

export interface ReportRequest {
  readonly finding: Finding;
  /** Headers of the revision's instances, those that could be read: patient and study come from the first. */
  readonly sources: readonly DataSet[];
  readonly device: Installation;
  readonly now: Date;
  /** Offset from UTC, like "+0100", for sources that do not declare theirs. */
  readonly utcOffset?: string;
  readonly predecessor?: PredecessorDocument;
  readonly options?: Partial<ReportOptions>;
  /** The pictures that are in the archive already, to be referred to. */
  readonly pictures?: readonly PictureReference[];
}

export interface Report {
  readonly dataSet: DataSet;
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
}

/**
 * The structured report of a finding: TID 1500, for every outcome, as a Comprehensive 3D SR or as the options say. The
 * UIDs depend on study, revision and model package alone, so that a report made twice is one report.
 *
 * Throws an SrError: NO_SOURCE, FOREIGN_SOURCE, or INVALID_CONTENT for a finding that no valid report can carry.
 */
export function buildReport({ finding, sources, now, utcOffset = "+0000", ...request }: ReportRequest): Report {
  const { studyInstanceUID, revision, model } = finding;
  const { reportClass, explanation, actionableCategory, ...options } = { ...DEFAULT_OPTIONS, ...request.options };
  const { pictures = [] } = request;
  const language = LANGUAGES[options.language];
  const instances = sourceInstances(sources, studyInstanceUID);
  const device = deviceOf(finding, request.device);
  const groups = analysedInstances(finding).map((instance): MeasurementGroup => {
    const region = explanation === "region" ? regionOn(instance, finding, sources) : undefined;
    const picture = pictures.find((one) => one.of === instance.sopInstanceUID);
    const source = instances.find((one) => one.sopInstanceUID === instance.sopInstanceUID);
    return {
      trackingIdentifier: `Fracture on ${instance.sopInstanceUID}`,
      trackingUID: deriveUid("tracking", studyInstanceUID, instance.sopInstanceUID, model.packageHash),
      finding: Code.Fracture,
      site: Code.WristJoint,
      ...(instance.laterality === undefined ? {} : { laterality: instance.laterality }),
      ...(source === undefined ? {} : { source }),
      algorithm: algorithmOf(finding, language),
      certainty: Number((instance.probability * 100).toFixed(2)),
      presence: PRESENCE[outcomeAt(instance.probability, model)],
      ...(region === undefined ? {} : { region }),
      ...(picture === undefined ? {} : { picture }),
    };
  });
  const content = measurementReport({
    language,
    observer: { ...device, name: marked(model.name, model, language) },
    procedures: proceduresOf(sources),
    images: instances.filter((instance) => instance.isImage),
    measurementGroups: groups.map(measurementGroup),
    evaluations: evaluationsOf(finding, {
      instances,
      language,
      actionableCategory,
      isExplained: groups.some(({ region, picture }) => region !== undefined || picture !== undefined),
    }),
  });
  const uids = reportUids(finding);
  const dataSet = structuredReport({
    reportClass,
    language,
    ...uids,
    seriesDescription: isDemonstration(model) ? language.series.demonstrationReport : language.series.report,
    instanceNumber: revision,
    content,
    source: sources[0]!,
    evidence: [...instances, ...pictures.filter((one) => groups.some(({ picture }) => picture === one))],
    device,
    createdAt: now,
    utcOffset,
    ...(request.predecessor === undefined ? {} : { predecessor: request.predecessor }),
  });
  return { dataSet, ...uids };
}

/** The UIDs that a finding's report has, whenever it is made. The reports of one model on one study share a series. */
export function reportUids({ studyInstanceUID, revision, model }: Finding): PredecessorDocument {
  return {
    sopInstanceUID: deriveUid("report", studyInstanceUID, String(revision), model.packageHash),
    seriesInstanceUID: deriveUid("report series", studyInstanceUID, model.packageHash),
  };
}

type AnalysedInstance = InstanceFinding & { analysed: true };

/** The images that count: none in a study that was given up, whatever was measured before. */
function analysedInstances({ outcome, instances }: Finding): AnalysedInstance[] {
  return outcome === "not-analysed" ? [] : instances.filter((instance) => instance.analysed);
}

/** What raised an image's score, where it is high enough to ask, and where the finding says what the network saw. */
function regionOn(instance: AnalysedInstance, { model }: Finding, sources: readonly DataSet[]): Point[] | undefined {
  if (instance.seen === undefined || outcomeAt(instance.probability, model) === "no-fracture") return undefined;
  const header = sources.find((source) => text(source, "SOPInstanceUID") === instance.sopInstanceUID);
  const [rows, columns] = [number(header ?? {}, "Rows"), number(header ?? {}, "Columns")];
  const outline = activationOutline(instance);
  if (rows === undefined || columns === undefined || outline === undefined) return undefined;
  return outlineInImage(outline, { seen: instance.seen, rows, columns });
}
