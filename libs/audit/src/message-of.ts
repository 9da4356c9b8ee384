import { type AuditEvent, LIST_ACTS, WORKITEM_ACTS } from "./audit-event.ts";
import type { ActiveParticipant, AuditMessage, ParticipantObject } from "./audit-message.ts";
import { type Code, EventID, EventType, ObjectIDType, Role } from "./codes.ts";

/** Whom a study is about, as its header or the PACS says. */
export interface Subject {
  patientID?: string | undefined;
  /** As in PN: components with ^ between them. */
  patientName?: string | undefined;
  accessionNumber?: string | undefined;
}

/** What the messages of an installation come from. */
export interface AuditSource {
  auditSourceID: string;
  auditEnterpriseSiteID?: string | undefined;
}

/** What a message says where the patient is not known: RFC 3881 wants something. */
const UNKNOWN = "unknown";

/** Study Root Query/Retrieve Information Model - FIND, and Unified Procedure Step - Pull (PS3.6 Annex A). */
const STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const UPS_PULL = "1.2.840.10008.5.1.4.34.6.3";

/** The study that an event is about, whose patient the message names. */
export function studyOf(event: AuditEvent): string | undefined {
  return "study" in event ? event.study : undefined;
}

/** The message that tells of an event (PS3.15 A.5.3), with the patient that its study is about. */
export function messageOf(event: AuditEvent, source: AuditSource, subject: Subject = {}): AuditMessage {
  const { eventID, eventTypes, action, participants, objects = [] } = partsOf(event, subject);
  const outcome = "outcome" in event ? event.outcome : event.kind === "refusal" ? 4 : 0;
  const described = outcomeDescription(event);
  return {
    eventID,
    eventTypes,
    action,
    at: new Date(event.at),
    outcome,
    ...(described === undefined ? {} : { outcomeDescription: described }),
    participants,
    source,
    objects: [
      ...objects,
      {
        id: event.id,
        idType: ObjectIDType.AuditEvent,
        typeCode: 2,
        role: 20,
        content: { name: "Redspot audit event" },
      },
    ],
  };
}

type Parts = Pick<AuditMessage, "eventID" | "eventTypes" | "action" | "participants"> & {
  objects?: ParticipantObject[];
};

function partsOf(event: AuditEvent, subject: Subject): Parts {
  const own = (isRequestor: boolean, role?: Code) => processOf(event, isRequestor, role);
  switch (event.kind) {
    case "start":
    case "stop":
      return {
        eventID: EventID.ApplicationActivity,
        eventTypes: [event.kind === "start" ? EventType.ApplicationStart : EventType.ApplicationStop],
        action: "E",
        participants: [own(false, Role.Application)],
      };
    case "configuration":
      return alert(
        event.isSecurity ? EventType.SecurityConfiguration : EventType.SoftwareConfiguration,
        [own(false)],
        subjectOfAlert(
          event.process.service,
          ObjectIDType.Configuration,
          `settings have changed: ${event.variables.join(", ")}`,
        ),
      );
    case "model":
      return alert(
        EventType.SoftwareConfiguration,
        [callerOf(event), own(false)],
        subjectOfAlert(event.packageHash, ObjectIDType.ModelPackage, `model ${event.act}`),
      );
    case "administration":
      return alert(
        EventType.UseOfRestrictedFunction,
        [callerOf(event), own(false)],
        subjectOfAlert(event.command, ObjectIDType.Configuration, `${event.command}: ${event.count}`),
      );
    case "refusal":
      return alert(
        EventType.NodeAuthentication,
        [own(false)],
        subjectOfAlert(event.address ?? event.by ?? UNKNOWN, ObjectIDType.NodeID, event.code),
      );
    case "sign-in":
    case "sign-out":
      return {
        eventID: EventID.UserAuthentication,
        eventTypes: [event.kind === "sign-in" ? EventType.Login : EventType.Logout],
        action: "E",
        participants: [callerOf(event), own(false)],
      };
    case "receive":
      return {
        eventID: EventID.InstancesTransferred,
        eventTypes: [EventType.Receive],
        action: event.held ? "R" : "C",
        participants: [callerOf(event, Role.Source), own(false, Role.Destination)],
        objects: [study(event.study, subject, event.sopClasses), patient(subject)],
      };
    case "analyse":
      return {
        eventID: EventID.InstancesAccessed,
        eventTypes: [EventType.Analyse],
        action: "R",
        participants: [own(true)],
        objects: [study(event.study, subject, event.sopClasses), patient(subject)],
      };
    case "report":
      return {
        eventID: EventID.InstancesTransferred,
        eventTypes: [EventType.Report],
        action: "R",
        participants: [own(true, Role.Source), machine(event.to, Role.Destination)],
        objects: [study(event.study, subject), patient(subject)],
      };
    case "view":
      return {
        eventID: EventID.InstancesAccessed,
        eventTypes: [EventType.View],
        action: "R",
        participants: [callerOf(event), own(false)],
        objects: [study(event.study, subject), patient(subject)],
      };
    case "forget":
      return {
        eventID: EventID.StudyDeleted,
        eventTypes: [EventType.Forget],
        action: "D",
        participants: [callerOf(event), own(false)],
        objects: [study(event.study, subject), patient(subject)],
      };
    case "names":
      return {
        eventID: EventID.Query,
        eventTypes: [EventType.Names],
        action: "E",
        participants: [own(false, Role.Source), machine(event.to, Role.Destination), callerOf(event)],
        objects: [query(STUDY_ROOT_FIND, `StudyInstanceUID=${event.studies.join(",")}`)],
      };
    case "search":
      return {
        eventID: EventID.Query,
        eventTypes: [EventType.Search],
        action: "E",
        participants: [callerOf(event, Role.Source), own(false, Role.Destination)],
        objects: [query(UPS_PULL, event.keys.join("&"))],
      };
    case "act":
      return {
        eventID: EventID.ProcedureRecord,
        eventTypes: [LIST_ACTS[event.act]],
        action: "U",
        participants: [callerOf(event), own(false)],
        objects: [study(event.study, subject), patient(subject)],
      };
    case "workitem":
      return {
        eventID: EventID.ProcedureRecord,
        eventTypes: [WORKITEM_ACTS[event.act].type],
        action: WORKITEM_ACTS[event.act].action,
        participants: [callerOf(event), own(false)],
        objects: [
          {
            id: event.workitem,
            idType: ObjectIDType.Workitem,
            typeCode: 2,
            role: 20,
            content: { name: "Unified Procedure Step" },
          },
          ...(event.study === undefined ? [] : [study(event.study, subject), patient(subject)]),
        ],
      };
  }
}

/** Security Alert (PS3.15 A.5.3.11). */
function alert(type: Code, participants: AuditMessage["participants"], subject: ParticipantObject): Parts {
  return { eventID: EventID.SecurityAlert, eventTypes: [type], action: "E", participants, objects: [subject] };
}

function subjectOfAlert(id: string, idType: Code, description: string): ParticipantObject {
  return {
    id,
    idType,
    typeCode: 2,
    role: 13,
    content: { name: idType.meaning },
    details: { "Alert Description": description },
  };
}

/** The process of Redspot that saw it. */
function processOf({ process: { service, host, pid } }: AuditEvent, isRequestor: boolean, role?: Code) {
  return {
    userID: `redspot-${service}`,
    alternativeUserID: String(pid),
    userIsRequestor: isRequestor,
    ...(role === undefined ? {} : { role }),
    networkAccessPoint: { kind: "machine", id: host },
  } satisfies ActiveParticipant;
}

function callerOf({ by, address }: { by?: string | undefined; address?: string | undefined }, role?: Code) {
  return {
    userID: by ?? UNKNOWN,
    userIsRequestor: true,
    ...(role === undefined ? {} : { role }),
    ...(address === undefined ? {} : { networkAccessPoint: { kind: "address", id: address } as const }),
  } satisfies ActiveParticipant;
}

function machine(id: string, role: Code): ActiveParticipant {
  return { userID: id, userIsRequestor: false, role, networkAccessPoint: { kind: "machine", id } };
}

function study(
  id: string,
  { accessionNumber }: Subject,
  sopClasses: readonly { uid: string; instances: number }[] = [],
): ParticipantObject {
  return {
    id,
    idType: ObjectIDType.StudyInstanceUID,
    typeCode: 2,
    role: 3,
    content: { name: "Study" },
    ...(accessionNumber === undefined ? {} : { accessionNumber }),
    sopClasses,
  };
}

function patient({ patientID, patientName }: Subject): ParticipantObject {
  return {
    id: patientID || UNKNOWN,
    idType: ObjectIDType.PatientNumber,
    typeCode: 1,
    role: 1,
    content: { name: patientName || UNKNOWN },
  };
}

function query(sopClassUID: string, asked: string): ParticipantObject {
  return { id: sopClassUID, idType: ObjectIDType.SOPClassUID, typeCode: 2, role: 3, content: { query: asked } };
}

/** What it failed for, and of how many attempts the message tells. */
function outcomeDescription(event: AuditEvent): string | undefined {
  const code = "code" in event ? event.code : undefined;
  const count = (event.kind === "sign-in" || event.kind === "refusal") && event.count > 1 ? event.count : undefined;
  if (count === undefined) return code;
  return `${code ?? ""} ${count} times within a minute`.trim();
}
