import { type DataSet, dataSetOf, type ElementValue, items, pick, tagOf } from "@redspot/dicom";
import type { InstanceNote, UpsWorkitem } from "@redspot/queue";

/** Unified Procedure Step - Push SOP Class: whatever serves it, an instance is of this class (PS3.4 CC.3.1). */
export const UPS_PUSH_SOP_CLASS = "1.2.840.10008.5.1.4.34.6.1";

/** What a workitem's data set needs beside the workitem. */
export interface WorkitemContext {
  /** The instances of its study, as far as they are known. */
  instances: readonly InstanceNote[];
  /** What the PACS has about patient and request; none where it was not asked, or does not know. */
  patient?: DataSet | undefined;
  /** Base address of the PACS's DICOMweb services for whoever reads. */
  retrieveUrl: string;
}

/** Taken from the PACS as they are: Patient Identification, and what a request is known by. */
const PATIENT_KEYWORDS = ["PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex"];

/** Of type 2, and known neither to Redspot nor to a search at the PACS. */
const UNKNOWN_HERE = {
  IssuerOfPatientIDQualifiersSequence: [],
  OtherPatientIDsSequence: [],
  AdmissionID: null,
  IssuerOfAdmissionIDSequence: [],
  AdmittingDiagnosesDescription: null,
  AdmittingDiagnosesCodeSequence: [],
};

const code = (CodeValue: string, CodingSchemeDesignator: string, CodeMeaning: string): DataSet =>
  dataSetOf({ CodeValue, CodingSchemeDesignator, CodeMeaning });

/** What is to be done (PS3.16 CID 9231 is without it; DCM 110005 is what CID 9231's predecessor and IHE use). */
const INTERPRETATION = code("110005", "DCM", "Interpretation");
const STATION = code("REDSPOT", "99REDSPOT", "Redspot reading list");
const UNSPECIFIED = code("110513", "DCM", "Discontinued for unspecified reason");

/** A moment as DT, in UTC (PS3.5 6.2). */
function dateTime(ms: number): string {
  const digits = new Date(ms).toISOString().replace(/[-:TZ.]/g, "");
  return `${digits.slice(0, 14)}.${digits.slice(14)}000+0000`;
}

/**
 * A workitem as a data set (PS3.3 B.26, PS3.4 Table CC.2.5-3), without its Transaction UID, which is its owner's alone
 * (PS3.18 11.5.2). What systems have told of it stands as they told it; the rest is the reading list's.
 */
export function workitemDataSet(workitem: UpsWorkitem, context: WorkitemContext): DataSet {
  const { workitemUID, studyInstanceUID, state, priority, isPinned, scheduledAt, arrivedAt, attributes } = workitem;
  const { taken, ended } = workitem;
  const begins = Math.max(scheduledAt, arrivedAt ?? 0);
  const own = dataSetOf({
    SpecificCharacterSet: "ISO_IR 192",
    SOPClassUID: UPS_PUSH_SOP_CLASS,
    SOPInstanceUID: workitemUID,
    ScheduledProcedureStepPriority: isPinned ? "HIGH" : priority,
    ScheduledProcedureStepModificationDateTime: dateTime(Math.max(begins, taken?.at ?? 0, ended?.at ?? 0)),
    ProcedureStepLabel: "Radiograph to be read",
    WorklistLabel: workitem.lane === "backlog" ? "Redspot backlog" : "Redspot reading list",
    ScheduledProcessingParametersSequence: [],
    ScheduledStationNameCodeSequence: [],
    ScheduledStationClassCodeSequence: [],
    ScheduledStationGeographicLocationCodeSequence: [],
    ScheduledHumanPerformersSequence: [],
    ScheduledProcedureStepStartDateTime: dateTime(begins),
    ScheduledWorkitemCodeSequence: [INTERPRETATION],
    CommentsOnTheScheduledProcedureStep: null,
    StudyInstanceUID: studyInstanceUID,
    ProcedureStepState: state,
    ProcedureStepProgressInformationSequence: [],
    UnifiedProcedureStepPerformedProcedureSequence: performedBy(workitem),
    ...UNKNOWN_HERE,
  });
  return {
    ...own,
    ...patientOf(context.patient),
    ...dataSetOf({ ReferencedRequestSequence: [requestOf(studyInstanceUID, context.patient)] }),
    ...attributes,
    ...inputOf(workitem, context),
    ...(state === "CANCELED" ? cancellation(workitem) : {}),
  };
}

function patientOf(patient: DataSet | undefined): DataSet {
  const empty = dataSetOf(Object.fromEntries(PATIENT_KEYWORDS.map((keyword) => [keyword, null])));
  return { ...empty, ...(patient === undefined ? {} : pick(patient, PATIENT_KEYWORDS)) };
}

/** The request that the images answer to, as far as a search at the PACS tells (type 2 where it does not). */
function requestOf(studyInstanceUID: string, patient: DataSet | undefined): DataSet {
  return {
    ...dataSetOf({
      StudyInstanceUID: studyInstanceUID,
      AccessionNumber: null,
      IssuerOfAccessionNumberSequence: [],
      OrderPlacerIdentifierSequence: [],
      OrderFillerIdentifierSequence: [],
      RequestedProcedureID: null,
      RequestedProcedureDescription: null,
      RequestedProcedureCodeSequence: [],
      RequestingService: null,
    }),
    ...(patient === undefined ? {} : pick(patient, ["AccessionNumber"])),
  };
}

/** Which instances are to be read, series by series, and where they are (PS3.3 10.15), and whether they are all there. */
function inputOf(
  { studyInstanceUID, arrivedAt, isSettled, attributes }: UpsWorkitem,
  context: WorkitemContext,
): DataSet {
  const { instances, retrieveUrl } = context;
  const item = (ofSeries: readonly InstanceNote[], seriesInstanceUID?: string) =>
    dataSetOf({
      TypeOfInstances: "DICOM",
      StudyInstanceUID: studyInstanceUID,
      ...(seriesInstanceUID === undefined ? {} : { SeriesInstanceUID: seriesInstanceUID }),
      ReferencedSOPSequence: ofSeries.map(({ sopClassUID, sopInstanceUID }) =>
        dataSetOf({ ReferencedSOPClassUID: sopClassUID, ReferencedSOPInstanceUID: sopInstanceUID }),
      ),
      WADORSRetrievalSequence: [
        dataSetOf({
          RetrieveURL: `${retrieveUrl}/studies/${studyInstanceUID}${seriesInstanceUID === undefined ? "" : `/series/${seriesInstanceUID}`}`,
        }),
      ],
    });
  const series = [...Map.groupBy(instances, ({ seriesInstanceUID }) => seriesInstanceUID)];
  const told = tagOf("InputInformationSequence");
  return {
    ...dataSetOf({
      InputReadinessState: arrivedAt === undefined || !isSettled ? "INCOMPLETE" : "READY",
      InputInformationSequence: series.length === 0 ? [item([])] : series.map(([uid, ofSeries]) => item(ofSeries, uid)),
    }),
    // Until the study is there, whatever was told of it.
    ...(arrivedAt === undefined && attributes[told] ? { [told]: attributes[told] } : {}),
  };
}

/** What is known of the reading of a study by a person, on Redspot's own page. */
function performedBy({ state, scheduledAt, taken, ended }: UpsWorkitem): ElementValue {
  const by = state === "COMPLETED" ? (ended?.by ?? taken?.by) : taken?.by;
  if (state === "SCHEDULED" || by === undefined) return [];
  return [
    dataSetOf({
      ActualHumanPerformersSequence: [
        dataSetOf({ HumanPerformerCodeSequence: [], HumanPerformerName: by.replace(/^[a-z]+:/, "").slice(0, 64) }),
      ],
      PerformedStationNameCodeSequence: [STATION],
      PerformedProcedureStepStartDateTime: dateTime(taken?.at ?? ended?.at ?? scheduledAt),
      PerformedWorkitemCodeSequence: [INTERPRETATION],
      ...(state === "COMPLETED" && ended ? { PerformedProcedureStepEndDateTime: dateTime(ended.at) } : {}),
      OutputInformationSequence: [],
    }),
  ];
}

/** What a CANCELED workitem has to say, and the origin server fills in where nobody did (PS3.4 Table CC.2.5-3, X). */
function cancellation({ attributes, ended, scheduledAt }: UpsWorkitem): DataSet {
  const [told = {}] = items(attributes, "ProcedureStepProgressInformationSequence");
  const filled = dataSetOf({
    ProcedureStepCancellationDateTime: dateTime(ended?.at ?? scheduledAt),
    ProcedureStepDiscontinuationReasonCodeSequence: [UNSPECIFIED],
  });
  const has = Object.fromEntries(Object.entries(told).filter(([, { Value = [] }]) => Value.length > 0));
  return { [tagOf("ProcedureStepProgressInformationSequence")]: { vr: "SQ", Value: [{ ...filled, ...has }] } };
}
