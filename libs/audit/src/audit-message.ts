import type { Code } from "./codes.ts";
import { element } from "./xml.ts";

/** EventOutcomeIndicator: success; an attempt that failed; one that failed for good; no longer possible at all. */
type Outcome = 0 | 4 | 8 | 12;

/** Who or what took part in an event (PS3.15 A.5.2). */
export interface ActiveParticipant {
  userID: string;
  alternativeUserID?: string;
  userIsRequestor: boolean;
  role?: Code;
  /** Where it was: the name of a machine, or an address. */
  networkAccessPoint?: { kind: "machine" | "address" | "uri"; id: string };
}

/** What an event was about. */
export interface ParticipantObject {
  id: string;
  idType: Code;
  /** 1 person, 2 system object. */
  typeCode: 1 | 2;
  /** 1 patient, 3 report, 13 security resource, 20 job, 24 query. */
  role: 1 | 3 | 13 | 20 | 24;
  /** Either a name, or what was asked for, as its bytes. */
  content: { name: string } | { query: string };
  details?: Record<string, string>;
  accessionNumber?: string;
  sopClasses?: readonly { uid: string; instances: number }[];
}

/** An audit message as PS3.15 A.5 has it. */
export interface AuditMessage {
  eventID: Code;
  eventTypes: readonly Code[];
  action: "C" | "R" | "U" | "D" | "E";
  at: Date;
  outcome: Outcome;
  outcomeDescription?: string;
  participants: readonly [ActiveParticipant, ...ActiveParticipant[]];
  source: { auditSourceID: string; auditEnterpriseSiteID?: string | undefined };
  objects: readonly ParticipantObject[];
}

/** AuditSourceTypeCode of an application server's process. */
const APPLICATION_SERVER = "4";

/** NetworkAccessPointTypeCode. */
const ACCESS_POINT = { machine: "1", address: "2", uri: "5" } as const;

/** Writes a message by the schema of PS3.15 A.5.1, on one line and without an XML declaration. */
export function writeAuditMessage(message: AuditMessage): string {
  const { eventID, eventTypes, action, at, outcome, outcomeDescription, participants, source, objects } = message;
  return element("AuditMessage", {}, [
    element(
      "EventIdentification",
      { EventActionCode: action, EventDateTime: at.toISOString(), EventOutcomeIndicator: String(outcome) },
      [
        coded("EventID", eventID),
        ...eventTypes.map((type) => coded("EventTypeCode", type)),
        ...(outcomeDescription === undefined ? [] : [element("EventOutcomeDescription", {}, outcomeDescription)]),
      ],
    ),
    ...participants.map(activeParticipant),
    element(
      "AuditSourceIdentification",
      { AuditEnterpriseSiteID: source.auditEnterpriseSiteID, AuditSourceID: source.auditSourceID },
      [element("AuditSourceTypeCode", { "csd-code": APPLICATION_SERVER })],
    ),
    ...objects.map(participantObject),
  ]);
}

function coded(name: string, { code, scheme, meaning }: Code): string {
  return element(name, { "csd-code": code, codeSystemName: scheme, displayName: meaning, originalText: meaning });
}

function activeParticipant(one: ActiveParticipant): string {
  const { userID, alternativeUserID, userIsRequestor, role, networkAccessPoint: point } = one;
  return element(
    "ActiveParticipant",
    {
      UserID: userID,
      AlternativeUserID: alternativeUserID,
      UserIsRequestor: String(userIsRequestor),
      NetworkAccessPointID: point?.id,
      NetworkAccessPointTypeCode: point && ACCESS_POINT[point.kind],
    },
    role === undefined ? [] : [coded("RoleIDCode", role)],
  );
}

function participantObject(one: ParticipantObject): string {
  const { id, idType, typeCode, role, content, details = {}, accessionNumber, sopClasses = [] } = one;
  const description = [
    ...(accessionNumber ? [element("Accession", { Number: accessionNumber })] : []),
    ...sopClasses.map(({ uid, instances }) => element("SOPClass", { UID: uid, NumberOfInstances: String(instances) })),
  ];
  return element(
    "ParticipantObjectIdentification",
    {
      ParticipantObjectID: id,
      ParticipantObjectTypeCode: String(typeCode),
      ParticipantObjectTypeCodeRole: String(role),
    },
    [
      coded("ParticipantObjectIDTypeCode", idType),
      "name" in content
        ? element("ParticipantObjectName", {}, content.name)
        : element("ParticipantObjectQuery", {}, base64(content.query)),
      ...Object.entries(details).map(([type, value]) =>
        element("ParticipantObjectDetail", { type, value: base64(value) }),
      ),
      ...(description.length === 0 ? [] : [element("ParticipantObjectDescription", {}, description)]),
    ],
  );
}

/** Values that others wrote go in base64: whatever they hold, they cannot end an element. */
function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
