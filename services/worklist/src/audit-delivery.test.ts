import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditEvent, AuditRecord } from "@redspot/audit";
import { dataSetOf } from "@redspot/dicom";
import { auditDelivery } from "./audit-delivery.ts";

const NOW = Date.UTC(2026, 2, 1);
const looked = (study: string, at = NOW): AuditEvent => ({
  ...{ kind: "view", id: `look-${study}`, at, study, by: "token:a" },
  process: { service: "worklist", host: "list", pid: 1 },
});

test("a message names the patient that the spool knows, though the PACS is away; another waits for an hour at most", async () => {
  const delivered: AuditRecord[] = [];
  const deliver = auditDelivery({
    destination: { deliver: async (records) => void delivered.push(...records) },
    source: { auditSourceID: "test" },
    findHeader: async (study) => (study === "1.2" ? dataSetOf({ PatientID: "P-1" }) : undefined),
    findPatient: () => Promise.reject(new Error("away")),
    now: () => new Date(NOW),
  });
  await assert.rejects(deliver(looked("1.3")), { code: "AUDIT_PATIENT_AWAY" });
  await deliver(looked("1.2"));
  await deliver(looked("1.4", NOW - 3_600_001));
  assert.deepEqual(
    delivered.map(({ id, xml }) => [
      id,
      /ParticipantObjectID="P-1"/.test(xml),
      /ParticipantObjectID="unknown"/.test(xml),
    ]),
    [
      ["look-1.2", true, false],
      ["look-1.4", false, true],
    ],
  );
});
