import { type DataSet, deriveUid, items, text } from "@redspot/dicom";
import { type Finding, type InstanceFinding, type ModelIdentity, outcomeAt, type ReasonCode } from "@redspot/triage";
import { type CodedConcept, code } from "./coded-concept.ts";
import { Code } from "./codes.ts";
import { type ContentItem, codeValueItem, compositeItem, imageItem, relate, textItem } from "./content-item.ts";
import { type Device, type PredecessorDocument, structuredReport } from "./document.ts";
import { type SourceInstance, sourceInstances } from "./evidence.ts";
import { measurementReport } from "./tid-1500-measurement-report.ts";
import { measurementGroup } from "./tid-1501-measurement-group.ts";
import type { Algorithm } from "./tid-4019-algorithm-identification.ts";
import { DEMONSTRATION_WARNING, passedOverText, summaryOf } from "./wording.ts";

export interface ReportRequest {
  readonly finding: Finding;
  /** Headers of the revision's instances, those that could be read: patient and study come from the first. */
  readonly sources: readonly DataSet[];
  /** The equipment; its UID is derived from the model package unless given. */
  readonly device: Omit<Device, "uid" | "softwareVersions"> & { readonly uid?: string };
  readonly now: Date;
  /** Offset from UTC, like "+0100", for sources that do not declare theirs. */
  readonly utcOffset?: string;
  readonly predecessor?: PredecessorDocument;
}

export interface Report {
  readonly dataSet: DataSet;
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
}

/**
 * The structured report of a finding: TID 1500 as a Comprehensive 3D SR, for every outcome. The UIDs depend on study,
 * revision and model package alone, so that a report made twice is one report.
 *
 * Throws an SrError: NO_SOURCE, FOREIGN_SOURCE, or INVALID_CONTENT for a finding that no valid report can carry.
 */
export function buildReport({ finding, sources, now, utcOffset = "+0000", ...request }: ReportRequest): Report {
  const { studyInstanceUID, revision, model } = finding;
  const instances = sourceInstances(sources, studyInstanceUID);
  const { sopInstanceUID, seriesInstanceUID } = reportUids(finding);
  const device: Device = {
    uid: deviceUid(model),
    softwareVersions: [finding.softwareVersion, `${model.name} ${model.version}`].map((version) =>
      version.slice(0, 64),
    ),
    ...request.device,
  };
  const content = measurementReport({
    language: Code.EnglishUnitedKingdom,
    observer: { ...device, name: algorithmName(model) },
    procedures: proceduresOf(sources),
    images: instances.filter((instance) => instance.isImage),
    measurementGroups:
      finding.outcome === "not-analysed"
        ? []
        : finding.instances.flatMap((instance) => (instance.analysed ? [groupOf(finding, instance)] : [])),
    evaluations: evaluationsOf(finding, instances),
  });
  const dataSet = structuredReport({
    sopInstanceUID,
    seriesInstanceUID,
    seriesDescription: seriesDescription(model),
    instanceNumber: revision,
    content,
    source: sources[0]!,
    evidence: instances,
    device,
    createdAt: now,
    utcOffset,
    ...(request.predecessor === undefined ? {} : { predecessor: request.predecessor }),
  });
  return { dataSet, sopInstanceUID, seriesInstanceUID };
}

/** The UIDs that a finding's report has, whenever it is made. The reports of one model on one study share a series. */
export function reportUids({ studyInstanceUID, revision, model }: Finding): PredecessorDocument {
  return {
    sopInstanceUID: deriveUid("report", studyInstanceUID, String(revision), model.packageHash),
    seriesInstanceUID: deriveUid("report series", studyInstanceUID, model.packageHash),
  };
}

/** One device per model package: the package's hash changes whenever the weights or the calibration do. */
function deviceUid({ packageHash }: ModelIdentity): string {
  return deriveUid("device", packageHash);
}

function isDemonstration({ intendedUse }: ModelIdentity): boolean {
  return intendedUse !== "clinical";
}

function algorithmName(model: ModelIdentity): string {
  return isDemonstration(model) ? `${model.name} (DEMONSTRATION - NOT FOR CLINICAL USE)` : model.name;
}

function seriesDescription(model: ModelIdentity): string {
  return isDemonstration(model) ? "Wrist triage DEMONSTRATION - NOT FOR CLINICAL USE" : "Wrist fracture triage";
}

function algorithmOf({ model, softwareVersion }: Finding): Algorithm {
  const { low, high } = model.inconclusiveBand;
  return {
    name: algorithmName(model),
    version: model.version,
    parameters: [
      `intended use = ${model.intendedUse}`,
      `cut-off = ${model.cutOff}`,
      `inconclusive band = ${low} to ${high}`,
      `preprocessing = ${model.preprocessingVersion}`,
      `engine = ${model.engine}`,
      `software = ${softwareVersion}`,
      `model package SHA-256 = ${model.packageHash}`,
      `backbone SHA-256 = ${model.backboneHash}`,
      `head SHA-256 = ${model.headHash}`,
      `calibration SHA-256 = ${model.calibrationHash}`,
    ],
  };
}

function groupOf(finding: Finding, instance: InstanceFinding & { analysed: true }): ContentItem {
  const { studyInstanceUID, model } = finding;
  return measurementGroup({
    trackingIdentifier: `Fracture on ${instance.sopInstanceUID}`,
    trackingUID: deriveUid("tracking", studyInstanceUID, instance.sopInstanceUID, model.packageHash),
    finding: Code.Fracture,
    site: Code.WristJoint,
    ...(instance.laterality === undefined ? {} : { laterality: instance.laterality }),
    source: instance,
    algorithm: algorithmOf(finding),
    certainty: Number((instance.probability * 100).toFixed(2)),
    presence: PRESENCE[outcomeAt(instance.probability, model)],
  });
}

const PRESENCE: Record<Finding["outcome"], CodedConcept> = {
  fracture: Code.Present,
  "no-fracture": Code.Absent,
  inconclusive: Code.Undetermined,
  "not-analysed": Code.Undetermined,
};

/** The study as a whole: whether there is a fracture, whether the analysis succeeded, and both in words. */
function evaluationsOf(finding: Finding, instances: readonly SourceInstance[]): ContentItem[] {
  return [
    ...(isDemonstration(finding.model) ? [textItem(Code.Comment, DEMONSTRATION_WARNING)] : []),
    codeValueItem(Code.Fracture, PRESENCE[finding.outcome]),
    codeValueItem(Code.SummaryOfAnalyses, statusOf(finding)),
    textItem(Code.Comment, summaryOf(finding)),
    ...passedOver(finding, instances),
  ];
}

/** Each reason for which instances were passed over, once, with those instances. */
function passedOver(finding: Finding, instances: readonly SourceInstance[]): ContentItem[] {
  const without = finding.instances.filter((instance) => !instance.analysed);
  const byReason = Map.groupBy(without, (instance) => instance.reason.code);
  return [...byReason.values()].map((members) => {
    const uids = new Set(members.map((member) => member.sopInstanceUID));
    // A reference needs its instance among the evidence; one whose header could not be read is not there.
    const known = instances.filter((instance) => uids.has(instance.sopInstanceUID));
    const references = known.map((instance) => (instance.isImage ? imageItem(instance) : compositeItem(instance)));
    return textItem(Code.Comment, passedOverText(members), relate("INFERRED FROM", ...references));
  });
}

/** Reasons for which nothing was attempted, by design; any other is a failure to read what should have been read. */
const NOT_ATTEMPTED = new Set<string>([
  "NO_IMAGE",
  "NOT_A_RADIOGRAPH",
  "FOR_PROCESSING",
  "NOT_A_WRIST",
  "BODY_PART_UNKNOWN",
  "NOT_LATERAL",
  "VIEW_UNKNOWN",
  "OPEN_GROWTH_PLATES",
] satisfies ReasonCode[]);

function statusOf({ outcome, reason, instances }: Finding): CodedConcept {
  if (outcome === "not-analysed") return NOT_ATTEMPTED.has(reason?.code ?? "") ? Code.NotAttempted : Code.Failed;
  const failed = instances.some((one) => !one.analysed && !NOT_ATTEMPTED.has(one.reason.code));
  return failed ? Code.PartiallySucceeded : Code.Succeeded;
}

const RADIOGRAPHY = new Set(["CR", "DX"]);

/** The procedures that the sources declare, or else what their modalities say. */
function proceduresOf(sources: readonly DataSet[]): CodedConcept[] {
  const declared = new Map<string, CodedConcept>();
  for (const item of sources.flatMap((source) => items(source, "ProcedureCodeSequence"))) {
    try {
      const procedure = code(
        text(item, "CodeValue") ?? "",
        text(item, "CodingSchemeDesignator") ?? "",
        text(item, "CodeMeaning") ?? "",
      );
      declared.set(`${procedure.scheme} ${procedure.value}`, procedure);
    } catch {
      // An incomplete code in a source says nothing that could be repeated.
    }
  }
  if (declared.size > 0) return [...declared.values()];
  const radiographs = sources.every((source) => RADIOGRAPHY.has(text(source, "Modality") ?? ""));
  return [radiographs ? Code.RadiographyUnspecified : Code.ImagingProcedure];
}
