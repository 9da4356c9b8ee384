import { type DataSet, dataSetOf, pick } from "@redspot/dicom";
import type { UpsWorkitem, WorkitemEvent } from "@redspot/queue";
import { UPS_PUSH_SOP_CLASS } from "./workitem-data-set.ts";

/** N-EVENT-REPORT-RQ (PS3.7 Table E.1-1), and that a data set follows. */
const N_EVENT_REPORT_RQ = 0x0100;
const HAS_DATA_SET = 0x0102;

let messages = 0;

function report(workitemUID: string, EventTypeID: number, content: DataSet): DataSet {
  messages = (messages + 1) % 0x10000;
  return {
    ...dataSetOf({
      AffectedSOPClassUID: UPS_PUSH_SOP_CLASS,
      CommandField: N_EVENT_REPORT_RQ,
      MessageID: messages,
      CommandDataSetType: HAS_DATA_SET,
      AffectedSOPInstanceUID: workitemUID,
      EventTypeID,
    }),
    ...content,
  };
}

/** A UPS State Report (PS3.4 Table CC.2.4-1, type 1) of a workitem in a state. */
export function stateReport({ workitemUID, arrivedAt, isSettled, attributes }: UpsWorkitem, state: string): DataSet {
  const isReady = arrivedAt !== undefined && isSettled;
  return report(workitemUID, 1, {
    ...dataSetOf({ ProcedureStepState: state, InputReadinessState: isReady ? "READY" : "INCOMPLETE" }),
    ...(state === "CANCELED" ? reasonsOf(attributes) : {}),
  });
}

function reasonsOf(attributes: DataSet): DataSet {
  const [progress] = (pick(attributes, ["ProcedureStepProgressInformationSequence"])["00741002"]?.Value ??
    []) as DataSet[];
  return pick(progress ?? {}, ["ReasonForCancellation", "ProcedureStepDiscontinuationReasonCodeSequence"]);
}

/** The report of an event (PS3.4 Table CC.2.4-1), about a workitem as it is by now. */
export function eventReport({ type, state, words }: WorkitemEvent, workitem: UpsWorkitem): DataSet {
  const { workitemUID, attributes } = workitem;
  if (type === 1) return stateReport(workitem, state);
  if (type === 2) return report(workitemUID, 2, JSON.parse(words ?? "{}") as DataSet);
  if (type === 3) return report(workitemUID, 3, pick(attributes, ["ProcedureStepProgressInformationSequence"]));
  return report(
    workitemUID,
    5,
    pick(attributes, ["ScheduledStationNameCodeSequence", "ScheduledHumanPerformersSequence"]),
  );
}

/** The UID by which a report about the service itself goes: there is no workitem that it is about. */
const WORKLIST = "1.2.840.10008.5.1.4.34.5";

/** An SCP Status Change (type 4): lists of workitems and subscriptions are in Redis, and outlive the service. */
export function statusReport(status: "RESTARTED" | "GOING DOWN"): DataSet {
  return report(
    WORKLIST,
    4,
    dataSetOf({
      SCPStatus: status,
      SubscriptionListStatus: "WARM START",
      UnifiedProcedureStepListStatus: "WARM START",
    }),
  );
}
