import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AUDIT_EVENTS, type AuditEvent, auditEventSchema } from "./audit-event.ts";
import { writeAuditMessage } from "./audit-message.ts";
import { messageOf, type Subject } from "./message-of.ts";
import { schemaMistake } from "./schema-check.ts";
import { testEvents } from "./test-events.ts";

const source = { auditSourceID: "Redspot", auditEnterpriseSiteID: "North" };
const subject: Subject = { patientID: "4711", patientName: "Müller^Änne=山田", accessionNumber: "A-1" };
const written = (event: AuditEvent, about: Subject = subject) => writeAuditMessage(messageOf(event, source, about));

describe("each kind of event", () => {
  for (const [kind, event] of Object.entries(testEvents)) {
    test(`${kind}: is what a job may hold, and gives a message that is valid by the schema of PS3.15 A.5.1`, () => {
      assert.deepEqual(auditEventSchema.parse(JSON.parse(JSON.stringify(event))), event);
      const message = messageOf(event, source, subject);
      assert.equal(schemaMistake(writeAuditMessage(message)), undefined);
      assert.equal(schemaMistake(written(event, {})), undefined, "without a patient");
      const told = AUDIT_EVENTS[event.kind];
      assert.equal(message.eventID, told.eventID);
      assert.ok(message.eventTypes.every((type) => told.types.includes(type)));
      assert.ok(told.action.includes(message.action));
      // PS3.15 A.5.2: not more than one participant is the requestor.
      assert.ok(message.participants.filter(({ userIsRequestor }) => userIsRequestor).length <= 1);
      assert.equal(message.objects.at(-1)?.id, event.id);
    });
  }
});

test("a message is the one of PS3.15 A.5.3.7, to the byte", () => {
  const coded = (code: string, scheme: string, meaning: string) =>
    `csd-code="${code}" codeSystemName="${scheme}" displayName="${meaning}" originalText="${meaning}"`;
  assert.equal(
    written(testEvents.receive),
    [
      '<AuditMessage><EventIdentification EventActionCode="C" EventDateTime="2026-11-25T20:15:30.250Z" EventOutcomeIndicator="0">',
      `<EventID ${coded("110104", "DCM", "DICOM Instances Transferred")}/>`,
      `<EventTypeCode ${coded("receive", "99REDSPOT", "Instances received by STOW-RS")}/></EventIdentification>`,
      '<ActiveParticipant UserID="token:reader" UserIsRequestor="true" NetworkAccessPointID="10.1.2.3" NetworkAccessPointTypeCode="2">',
      `<RoleIDCode ${coded("110153", "DCM", "Source Role ID")}/></ActiveParticipant>`,
      '<ActiveParticipant UserID="redspot-worklist" AlternativeUserID="4711" UserIsRequestor="false" NetworkAccessPointID="redspot-1" NetworkAccessPointTypeCode="1">',
      `<RoleIDCode ${coded("110152", "DCM", "Destination Role ID")}/></ActiveParticipant>`,
      '<AuditSourceIdentification AuditEnterpriseSiteID="North" AuditSourceID="Redspot"><AuditSourceTypeCode csd-code="4"/></AuditSourceIdentification>',
      '<ParticipantObjectIdentification ParticipantObjectID="1.2.826.0.1.3680043.10.1" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">',
      `<ParticipantObjectIDTypeCode ${coded("110180", "DCM", "Study Instance UID")}/>`,
      '<ParticipantObjectName>Study</ParticipantObjectName><ParticipantObjectDescription><Accession Number="A-1"/>',
      '<SOPClass UID="1.2.840.10008.5.1.4.1.1.1" NumberOfInstances="2"/></ParticipantObjectDescription></ParticipantObjectIdentification>',
      '<ParticipantObjectIdentification ParticipantObjectID="4711" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">',
      `<ParticipantObjectIDTypeCode ${coded("2", "RFC-3881", "Patient Number")}/>`,
      "<ParticipantObjectName>Müller^Änne=山田</ParticipantObjectName></ParticipantObjectIdentification>",
      '<ParticipantObjectIdentification ParticipantObjectID="0c5ad7f2-6b1e-4f0a-9f61-3f6d5f0c0001" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="20">',
      `<ParticipantObjectIDTypeCode ${coded("audit-event", "99REDSPOT", "Identifier of this event, the same whenever it is sent")}/>`,
      "<ParticipantObjectName>Redspot audit event</ParticipantObjectName></ParticipantObjectIdentification></AuditMessage>",
    ].join(""),
  );
});

test("whatever a header holds stays text, and the message one line", () => {
  const hostile = `<x a="1">&\u0000\u001b\n]]>${"\ud800"}\uffff`;
  const xml = written(testEvents.view, { patientID: hostile, patientName: hostile, accessionNumber: hostile });
  assert.equal(schemaMistake(xml), undefined);
  assert.ok(!/[\n\r\0]/.test(xml));
  assert.ok(xml.includes("<ParticipantObjectName>&lt;x a=&quot;1&quot;&gt;&amp;\ufffd\ufffd ]]&gt;\ufffd\ufffd<"));
});

test("many refused attempts are one message that says how many", () => {
  assert.match(
    written(testEvents["sign-in"]),
    /EventOutcomeIndicator="4".*<EventOutcomeDescription>UNAUTHORIZED 12 times within a minute</,
  );
});

describe("the schema refuses", () => {
  const good = written(testEvents.receive);
  const without = (pattern: RegExp) => good.replace(pattern, "");
  const mistakes: Record<string, string> = {
    "no event": without(/<EventIdentification.*<\/EventIdentification>/),
    "no time": without(/ EventDateTime="[^"]*"/),
    "a time that is none": good.replace("2026-11-25T20", "25.11.2026 20"),
    "another outcome": good.replace('EventOutcomeIndicator="0"', 'EventOutcomeIndicator="1"'),
    "another action": good.replace('EventActionCode="C"', 'EventActionCode="X"'),
    "a code without its system": good.replace(' codeSystemName="DCM"', ""),
    "RFC 3881's own name of a code": good.replace("csd-code", "code"),
    "a code without meaning": good.replace(/ originalText="[^"]*"/, ""),
    "nobody who took part": without(/<ActiveParticipant.*<\/ActiveParticipant>/),
    "a participant without UserID": good.replace(/ UserID="[^"]*"/, ""),
    "a requestor that may be": good.replace('UserIsRequestor="true"', 'UserIsRequestor="maybe"'),
    "no source": without(/<AuditSourceIdentification.*<\/AuditSourceIdentification>/),
    "the source before the participants": good.replace(
      /(<ActiveParticipant.*<\/ActiveParticipant>)(<AuditSource.*<\/AuditSourceIdentification>)/,
      "$2$1",
    ),
    "an object without its kind of identifier": good.replace(/<ParticipantObjectIDTypeCode[^>]*\/>/, ""),
    "an object with neither name nor query": good.replace(/<ParticipantObjectName>.*?<\/ParticipantObjectName>/, ""),
    "an object with name and query": good.replace(
      "</ParticipantObjectName>",
      "</ParticipantObjectName><ParticipantObjectQuery>AAAA</ParticipantObjectQuery>",
    ),
    "a query that is no base64": good.replace(
      /<ParticipantObjectName>.*?<\/ParticipantObjectName>/,
      "<ParticipantObjectQuery>Patient=?</ParticipantObjectQuery>",
    ),
    "a role that there is not": good.replace('ParticipantObjectTypeCodeRole="3"', 'ParticipantObjectTypeCodeRole="27"'),
    "a SOP class without its number": good.replace(' NumberOfInstances="2"', ""),
    "an attribute that nobody knows": good.replace("<AuditMessage>", '<AuditMessage id="1">'),
    "what is no XML": good.slice(0, -3),
  };
  for (const [mistake, xml] of Object.entries(mistakes)) {
    test(mistake, () => {
      assert.notEqual(xml, good);
      assert.notEqual(schemaMistake(xml), undefined);
    });
  }
});
