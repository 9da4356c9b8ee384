import { code } from "./coded-concept.ts";

/** The coded concepts of Redspot's reports, each under the template or context group of PS3.16 that has it. */
export const Code = {
  /** CID 7021, Measurement Report Document Titles. */
  ImagingMeasurementReport: code("126000", "DCM", "Imaging Measurement Report"),

  /** TID 1204; its values are those of RFC 5646 (CID 5000). */
  Language: code("121049", "DCM", "Language of Content Item and Descendants"),

  /** TID 1002; CID 270, Observer Type. */
  ObserverType: code("121005", "DCM", "Observer Type"),
  Device: code("121007", "DCM", "Device"),
  /** TID 1004. */
  DeviceObserverUID: code("121012", "DCM", "Device Observer UID"),
  DeviceObserverName: code("121013", "DCM", "Device Observer Name"),
  DeviceObserverManufacturer: code("121014", "DCM", "Device Observer Manufacturer"),
  DeviceObserverModelName: code("121015", "DCM", "Device Observer Model Name"),
  DeviceObserverSerialNumber: code("121016", "DCM", "Device Observer Serial Number"),

  /** TID 1500; CID 100, Quantitative Diagnostic Imaging Procedures. */
  ProcedureReported: code("121058", "DCM", "Procedure reported"),
  RadiographyUnspecified: code("43468-8", "LN", "XR unspecified body region"),
  ImagingProcedure: code("363679005", "SCT", "Imaging procedure"),
  ImagingMeasurements: code("126010", "DCM", "Imaging Measurements"),
  QualitativeEvaluations: code("C0034375", "UMLS", "Qualitative Evaluations"),

  /** TID 1600. */
  ImageLibrary: code("111028", "DCM", "Image Library"),
  ImageLibraryGroup: code("126200", "DCM", "Image Library Group"),

  /** TID 1501. */
  MeasurementGroup: code("125007", "DCM", "Measurement Group"),
  TrackingIdentifier: code("112039", "DCM", "Tracking Identifier"),
  TrackingUniqueIdentifier: code("112040", "DCM", "Tracking Unique Identifier"),
  Finding: code("121071", "DCM", "Finding"),
  Fracture: code("72704001", "SCT", "Fracture"),
  FindingSite: code("363698007", "SCT", "Finding Site"),
  WristJoint: code("74670003", "SCT", "Wrist joint"),
  SourceOfMeasurement: code("121112", "DCM", "Source of Measurement"),
  CertaintyOfFinding: code("111012", "DCM", "Certainty of Finding"),
  Percent: code("%", "UCUM", "Percent"),

  /** CID 244, Laterality. */
  Laterality: code("272741003", "SCT", "Laterality"),
  Left: code("7771000", "SCT", "Left"),
  Right: code("24028007", "SCT", "Right"),

  /** TID 4019. */
  AlgorithmName: code("111001", "DCM", "Algorithm Name"),
  AlgorithmVersion: code("111003", "DCM", "Algorithm Version"),
  AlgorithmParameters: code("111002", "DCM", "Algorithm Parameters"),

  /** TID 1410 and 1411 have it for images; here it is the purpose of TID 320, and in TID 1501 an addition. */
  VisualExplanation: code("130401", "DCM", "Visual explanation"),

  /** CID 240, Present-Absent. */
  Present: code("52101004", "SCT", "Present"),
  Absent: code("272519000", "SCT", "Absent"),
  Undetermined: code("373068000", "SCT", "Undetermined"),

  /** TID 4000; CID 6042, Status of Results. */
  SummaryOfAnalyses: code("111065", "DCM", "Summary of Analyses"),
  Succeeded: code("111222", "DCM", "Succeeded"),
  PartiallySucceeded: code("111223", "DCM", "Partially Succeeded"),
  Failed: code("111224", "DCM", "Failed"),
  NotAttempted: code("111225", "DCM", "Not Attempted"),

  /** CID 7035, Actionable Finding Classification, as an answer to what is assessed. */
  AssessmentCategory: code("111005", "DCM", "Assessment Category"),
  ActionableCategory2: code("RID49481", "RADLEX", "Category 2 Actionable Finding"),

  Comment: code("121106", "DCM", "Comment"),

  /** CID 7005, Contributing Equipment Purposes of Reference. */
  ProcessingEquipment: code("109102", "DCM", "Processing Equipment"),
  /** CID 7202, Source Image Purposes of Reference. */
  SourceImageForProcessing: code("121322", "DCM", "Source image for image processing operation"),
} as const;
