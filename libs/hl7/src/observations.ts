import {
  algorithmOf,
  Code,
  type CodedConcept,
  code,
  inLanguage,
  isDemonstration,
  type Language,
  PRESENCE,
  passedOverText,
  statusOf,
  summaryOf,
} from "@redspot/sr";
import { type Finding, type InstanceFinding, outcomeAt } from "@redspot/triage";
import { codedElement } from "./order-segments.ts";
import type { Composite, Fields } from "./segment.ts";

/** Where a finding's report is: in the PACS, or why it is not. */
export type ReportPlace = { sopInstanceUID: string } | { code: string };

interface About {
  finding: Finding;
  report: ReportPlace;
  language: Language;
  /** When the analysis was done, as TS. */
  analysedAt: string;
  /** The installation's Device Serial Number. */
  serialNumber: string;
}

/** DICOM Study, and an instance of it, as DCM calls them (PS3.16 annex D). */
const DICOM_STUDY = code("113014", "DCM", "DICOM Study");

/** One OBX before it has its number. */
interface Observation {
  /** OBX-3. */
  of: CodedConcept;
  /** OBX-2 and OBX-5. */
  value: readonly [type: "CWE" | "NM" | "ST" | "TX" | "HD", value: Composite];
  /** OBX-4: the study, or which of its images. */
  group?: string;
  /** OBX-6. */
  unit?: CodedConcept;
  /** OBX-7: where the model sees no fracture. */
  range?: string;
  /** OBX-8. */
  flag?: "A";
  /** OBX-11; preliminary where left out. */
  status?: "O" | "P" | "X";
}

const STUDY_GROUP = "1";

/**
 * The OBX segments of a finding: what the structured report says (TID 1500), by the same codes. No result is ever final:
 * OBX-11 is P, X where nothing could be analysed, and O for what only names the study (IHE RAD TF-2, 4.7).
 */
export function observationsOf(about: About): Fields[] {
  const { language, analysedAt, serialNumber } = about;
  return [...studyObservations(about), ...imageObservations(about), ...comments(about)].map(
    ({ of, value: [type, value], group, unit, range, flag, status = "P" }, index) => ({
      1: String(index + 1),
      2: type,
      3: codedElement(inLanguage(of, language)),
      4: group,
      5: value,
      6: unit && codedElement(inLanguage(unit, language)),
      7: range,
      8: flag,
      11: status,
      ...(status === "O" ? {} : { 18: { 1: serialNumber, 2: "Redspot" }, 19: analysedAt }),
    }),
  );
}

function studyObservations({ finding, report, language }: About): Observation[] {
  const { outcome, probability, model } = finding;
  const group = STUDY_GROUP;
  const coded = (concept: CodedConcept) => ["CWE", codedElement(inLanguage(concept, language))] as const;
  const { name, version, parameters } = algorithmOf(finding, language);
  return [
    { of: DICOM_STUDY, value: ["ST", finding.studyInstanceUID], status: "O" },
    {
      of: Code.Fracture,
      value: coded(PRESENCE[outcome]),
      group,
      // HL7 table 0078: abnormal, for whoever sorts by it; nobody is to sort by what a demonstration says.
      ...(outcome === "fracture" && !isDemonstration(model) ? { flag: "A" } : {}),
      ...(outcome === "not-analysed" ? { status: "X" } : {}),
    },
    ...(probability === undefined || outcome === "not-analysed" ? [] : [certainty(probability, finding, group)]),
    { of: Code.FindingSite, value: coded(Code.WristJoint), group },
    { of: Code.SummaryOfAnalyses, value: coded(statusOf(finding)), group },
    { of: Code.AlgorithmName, value: ["ST", name], group },
    { of: Code.AlgorithmVersion, value: ["ST", version], group },
    ...parameters.map((parameter, index): Observation => {
      return { of: Code.AlgorithmParameters, value: ["ST", parameter], group: `${group}.${index + 1}` };
    }),
    ...("sopInstanceUID" in report
      ? [{ of: Code.ImagingMeasurementReport, value: ["HD", { 2: report.sopInstanceUID, 3: "ISO" }], group } as const]
      : []),
  ];
}

/** Of each image what the report says of it; all that were measured, in the order of the finding. */
function imageObservations({ finding, language }: About): Observation[] {
  if (finding.outcome === "not-analysed") return [];
  const coded = (concept: CodedConcept) => ["CWE", codedElement(inLanguage(concept, language))] as const;
  const analysed = finding.instances.filter((one): one is InstanceFinding & { analysed: true } => one.analysed);
  return analysed.flatMap(({ sopInstanceUID, probability, laterality }, index): Observation[] => {
    const group = String(index + 2);
    return [
      { of: Code.SourceOfMeasurement, value: ["HD", { 2: sopInstanceUID, 3: "ISO" }], group },
      ...(laterality === undefined
        ? []
        : [{ of: Code.Laterality, value: coded(laterality === "L" ? Code.Left : Code.Right), group } as const]),
      { of: Code.Fracture, value: coded(PRESENCE[outcomeAt(probability, finding.model)]), group },
      certainty(probability, finding, group),
    ];
  });
}

function certainty(probability: number, { model }: Finding, group: string): Observation {
  const percent = (share: number) => (share * 100).toFixed(2);
  return {
    of: Code.CertaintyOfFinding,
    value: ["NM", percent(probability)],
    group,
    unit: Code.Percent,
    range: `<${percent(model.cutOff)}`,
  };
}

/** The finding in words, what it is and is not, and what is missing. */
function comments({ finding, report, language }: About): Observation[] {
  const passed = finding.instances.filter((one): one is InstanceFinding & { analysed: false } => !one.analysed);
  const texts = [
    ...(isDemonstration(finding.model) ? [language.demonstrationWarning] : []),
    summaryOf(finding, language),
    language.notADiagnosis,
    ...[...Map.groupBy(passed, ({ reason }) => reason.code).values()].map((members) =>
      passedOverText(members, language),
    ),
    ...("code" in report ? [language.reportMissing(report.code)] : []),
  ];
  return texts.map((text, index) => ({ of: Code.Comment, value: ["TX", text], group: `${STUDY_GROUP}.${index + 1}` }));
}
