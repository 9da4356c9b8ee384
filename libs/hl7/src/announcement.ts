import type { DataSet } from "@redspot/dicom";
import { dateTimeAt, isDemonstration, LANGUAGES, type LanguageTag } from "@redspot/sr";
import { type Finding, priorityOf } from "@redspot/triage";
import { type CharacterSet, has, written } from "./character-set.ts";
import { Hl7Error } from "./hl7-error.ts";
import { observationsOf, type ReportPlace } from "./observations.ts";
import { imagingProcedureControl, observationRequest, orderOf } from "./order-segments.ts";
import { hierarchicDesignator, patientIdentification, patientVisit } from "./patient-segments.ts";
import { addSegment, messageOf, setFields } from "./segment.ts";

/** The two messages that can tell of a finding: unsolicited observation, imaging order (HL7 2.5.1, 7.3.1 and 4.4.6). */
export const MESSAGE_TYPES = {
  "ORU^R01": ["ORU", "R01", "ORU_R01"],
  "OMI^O23": ["OMI", "O23", "OMI_O23"],
} as const;
export type MessageType = keyof typeof MESSAGE_TYPES;

/** Who speaks to whom, and how. */
export interface Sender {
  messageType: MessageType;
  /** MSH-3 to MSH-6; ^ separates the components of HD. */
  sendingApplication: string;
  sendingFacility?: string | undefined;
  receivingApplication?: string | undefined;
  receivingFacility?: string | undefined;
  /** MSH-18. */
  characterSet: CharacterSet;
  language: LanguageTag;
  /** Device Serial Number of the installation, as its reports have it. */
  serialNumber: string;
}

export interface Announcement {
  /** MSH-10: see controlIdOf. */
  readonly controlId: string;
  readonly finding: Finding;
  /** The header of one of the study's instances, or what the PACS says of the study: patient and order come from it. */
  readonly header: DataSet;
  readonly report: ReportPlace;
  /** Whether something that was told of the study before is superseded: an earlier finding, or that there is no report. */
  readonly isCorrection: boolean;
  readonly sender: Sender;
  readonly now: Date;
  /** Offset from UTC, like "+0100". */
  readonly utcOffset: string;
}

/** Where identifiers stand: one of which a character is another would be another's. */
const IDENTIFIERS: Readonly<Record<string, readonly number[]>> = {
  ...{ PID: [3], PV1: [19], ORC: [2, 3] },
  ...{ OBR: [2, 3, 18, 19, 20], IPC: [1, 2, 4] },
};

/**
 * The message that tells a RIS or an integration engine of a finding, as HL7 2.5.1 text with segments ended by CR. It is
 * preliminary, whatever is found: no person has read the study. docs/hl7.md has what comes from where. Throws UNWRITABLE where
 * the character set lacks a character of an identifier.
 */
export function announcementOf(announcement: Announcement): string {
  const { controlId, finding, header, sender, now, utcOffset, isCorrection } = announcement;
  const language = LANGUAGES[sender.language];
  const at = (moment: Date) => dateTimeAt(moment, utcOffset).dateTime;
  const analysedAt = at(new Date(finding.analysedAt));
  const isOrder = sender.messageType === "OMI^O23";
  const order = orderOf(header);
  const message = messageOf({
    type: MESSAGE_TYPES[sender.messageType],
    controlId,
    // HL7 table 0103: a receiver keeps what is in training apart from what is in production.
    processingId: isDemonstration(finding.model) ? "T" : "P",
  });
  setFields(message.get("MSH"), {
    3: hierarchicDesignator(sender.sendingApplication),
    4: hierarchicDesignator(sender.sendingFacility),
    5: hierarchicDesignator(sender.receivingApplication),
    6: hierarchicDesignator(sender.receivingFacility),
    7: at(now),
    18: sender.characterSet,
  });
  addSegment(message, "SFT", {
    1: { 1: "Redspot" },
    2: finding.softwareVersion,
    3: "Redspot",
    4: finding.model.packageHash,
  });
  addSegment(message, "PID", patientIdentification(header, sender.characterSet));
  const visit = patientVisit(header);
  if (visit) addSegment(message, "PV1", visit);

  // A finding only ever moves a study forward: nothing is asked for where none is suspected.
  const isUrgent = isOrder && priorityOf(finding.outcome) === "HIGH" && !isDemonstration(finding.model);
  addSegment(message, "ORC", {
    // HL7 table 0119: observations follow; the order's priority is to change; its status has changed.
    1: isOrder ? (isUrgent ? "XO" : "SC") : "RE",
    2: order.placer,
    3: order.filler,
  });
  // HL7 table 0485: as soon as possible, behind what a person has called stat.
  if (isUrgent) addSegment(message, "TQ1", { 1: "1", 9: { 1: "A", 2: "ASAP", 3: "HL70485" } });
  // HL7 table 0123: preliminary, or a correction of what was told before.
  addSegment(message, "OBR", observationRequest(order, { 22: analysedAt, 25: isCorrection ? "C" : "P" }));
  const observations = observationsOf({ ...announcement, language, analysedAt, serialNumber: sender.serialNumber });
  for (const observation of observations) addSegment(message, "OBX", observation);
  if (isOrder) addSegment(message, "IPC", imagingProcedureControl(order, finding.studyInstanceUID));
  const text = `${message.toString()}\r`;
  for (const segment of text.split("\r")) {
    const [name = "", ...fields] = segment.split("|");
    const lacking = IDENTIFIERS[name]?.find((field) => !has(sender.characterSet, fields[field - 1] ?? ""));
    if (lacking !== undefined) throw new Hl7Error("UNWRITABLE", `${name}-${lacking}`);
  }
  return written(sender.characterSet, text);
}
