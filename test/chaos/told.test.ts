import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf, writeAuditMessage } from "@redspot/audit";
import { controlIdOf as controlIdOfMessages } from "@redspot/hl7";
import type { Finding } from "@redspot/triage";
import { readMessage, type SeenMessage } from "./audit-view.ts";
import { readAnnouncement } from "./ris.ts";
import type { SentStudy } from "./senders-log.ts";
import { controlIdOf, expectedOf, judgeTold, type Told } from "./told.ts";
import { reportUidOf, type SeenStudy } from "./verdict.ts";

const study = "1.2.3";
const model = { packageHash: "ab".repeat(32) };
const findingOf = (revision: number) => ({ revision, outcome: "fracture", model, instances: [] });
const findings = new Map([1, 2].map((revision) => [revision, findingOf(revision)]));
const sent: SentStudy = {
  studyInstanceUID: study,
  instances: new Map(),
  acknowledgements: [
    { askedAt: 100_000, at: 100_100 },
    { askedAt: 110_000, at: 110_100 },
  ],
};
const seen: SeenStudy = {
  study: { settledRevision: "2" },
  noted: [],
  findings,
  score: 0,
  spooled: new Map(),
  // Revision 1 was overtaken before it was reported.
  reports: [{ sopInstanceUID: reportUidOf(study, findingOf(2)) }],
};
const expected = expectedOf(sent, seen, 120_000);

const message = (id: string, type: string, instances = 0): SeenMessage => ({
  ...{ id, type, instances, outcome: 0, studyInstanceUID: study },
});
const accepted = (revision: number) => ({
  studyInstanceUID: study,
  controlId: controlIdOf(study, findingOf(revision)),
});
const well: Told = {
  accepted: [accepted(2)],
  messages: [
    message("a", "receive", 1),
    message("b", "receive", 1),
    message("analyse-1.2.3-r1", "analyse", 1),
    message("analyse-1.2.3-r2", "analyse", 2),
    message("report-1.2.3-r2", "report"),
  ],
  forgotAt: [],
};
const verdict = (told: Partial<Told>) => {
  const { complaints, forgotten } = judgeTold(expected, { ...well, ...told });
  return [...complaints.map(({ kind }) => kind), ...(forgotten > 0 ? [forgotten] : [])];
};
const without = (id: string) => well.messages.filter((one) => one.id !== id);

test("where everything is told there is no complaint, nor where it is told twice", () => {
  assert.deepEqual(verdict({}), []);
  assert.deepEqual(verdict({ accepted: [accepted(1), accepted(1), accepted(2), accepted(2)] }), []);
  assert.deepEqual(verdict({ messages: [...well.messages, ...well.messages] }), []);
});

test("an event that is not in the audit trail is missed, whatever else is there twice", () => {
  for (const { id } of well.messages) assert.deepEqual(verdict({ messages: without(id) }), ["unaudited"], id);
  assert.deepEqual(verdict({ messages: [...without("b"), message("a", "receive", 1)] }), ["unaudited"]);
});

test("what a Redis that does not sync may have forgotten is counted, and no complaint", () => {
  assert.deepEqual(verdict({ messages: without("b"), forgotAt: [110_200] }), [1]);
  assert.deepEqual(verdict({ messages: without("b"), forgotAt: [109_900] }), ["unaudited"], "it was told afterwards");
  assert.deepEqual(verdict({ messages: without("b"), forgotAt: [114_000] }), ["unaudited"], "it was synced by then");
  assert.deepEqual(verdict({ messages: without("report-1.2.3-r2"), forgotAt: [119_000] }), [1]);
  assert.deepEqual(verdict({ messages: without("report-1.2.3-r2"), forgotAt: [130_000] }), ["unaudited"]);
});

test("the RIS has to know the last finding, by its own control ID, and last", () => {
  assert.deepEqual(verdict({ accepted: [] }), ["unannounced"]);
  assert.deepEqual(verdict({ accepted: [accepted(1)] }), ["unannounced"]);
  assert.deepEqual(verdict({ accepted: [accepted(2), accepted(1)] }), ["announced-late"]);
  assert.deepEqual(verdict({ accepted: [{ ...accepted(1), controlId: "X" }, accepted(2)] }), ["announced-anew"]);
});

test("the checker's own derivation of a control ID is that of the messages", () => {
  for (let revision = 1; revision < 50; revision += 1) {
    const finding = { studyInstanceUID: study, revision, model } as unknown as Finding;
    assert.equal(controlIdOf(study, { revision, model }), controlIdOfMessages(finding));
  }
});

test("the checker reads what is written", () => {
  const event = {
    ...{ id: "an-event", at: 0, process: { service: "stow", host: "here", pid: 7 }, kind: "receive" as const },
    ...{ by: "sender", study, sopClasses: [{ uid: "1.1", instances: 2 }], held: false, outcome: 0 as const },
  };
  const xml = writeAuditMessage(messageOf(event, { auditSourceID: "here" }));
  assert.deepEqual(readMessage(xml), [{ ...message("an-event", "receive", 2) }]);
  const segments = ["MSH|^~\\&|||||||ORU^R01|ID", "OBX|1|ST|113014^DICOM Study^DCM|1|1.2.3"];
  assert.deepEqual(readAnnouncement(segments.join("\r")), { controlId: "ID", studyInstanceUID: study });
});
