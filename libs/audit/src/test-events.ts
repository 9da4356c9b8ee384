import type { AuditEvent, AuditEventKind } from "./audit-event.ts";

const everyEvent = {
  id: "0c5ad7f2-6b1e-4f0a-9f61-3f6d5f0c0001",
  at: Date.UTC(2026, 10, 25, 20, 15, 30, 250),
  process: { service: "worklist", host: "redspot-1", pid: 4711 },
};
const caller = { by: "token:reader", address: "10.1.2.3" };
const study = "1.2.826.0.1.3680043.10.1";
const sopClasses = [{ uid: "1.2.840.10008.5.1.4.1.1.1", instances: 2 }];

/** One event of each kind. */
export const testEvents: { [K in AuditEventKind]: Extract<AuditEvent, { kind: K }> } = {
  start: { ...everyEvent, kind: "start" },
  stop: { ...everyEvent, kind: "stop" },
  configuration: { ...everyEvent, kind: "configuration", isSecurity: true, variables: ["REDSPOT_TOKENS"] },
  model: { ...everyEvent, kind: "model", by: "root", act: "promote", packageHash: "ab".repeat(32) },
  administration: { ...everyEvent, kind: "administration", by: "root", command: "dead-letters discard", count: 3 },
  "sign-in": {
    ...everyEvent,
    kind: "sign-in",
    address: "10.1.2.3",
    outcome: 4,
    code: "UNAUTHORIZED",
    count: 12,
  },
  "sign-out": { ...everyEvent, kind: "sign-out", ...caller },
  refusal: { ...everyEvent, kind: "refusal", address: "::1", code: "FORBIDDEN", by: "token:pacs", count: 1 },
  receive: { ...everyEvent, kind: "receive", ...caller, study, sopClasses, held: false, outcome: 0 },
  analyse: { ...everyEvent, kind: "analyse", study, revision: 1, sopClasses },
  report: {
    ...everyEvent,
    kind: "report",
    study,
    revision: 1,
    to: "pacs.example:8042",
    outcome: 8,
    code: "PACS_REFUSED",
  },
  view: { ...everyEvent, kind: "view", ...caller, study },
  forget: { ...everyEvent, kind: "forget", by: "root", study },
  names: { ...everyEvent, kind: "names", ...caller, to: "pacs.example:8042", studies: [study, "1.2.3"] },
  search: { ...everyEvent, kind: "search", ...caller, keys: ["PatientName", "00741000"] },
  act: { ...everyEvent, kind: "act", ...caller, act: "pin", study },
  workitem: { ...everyEvent, kind: "workitem", ...caller, act: "state", workitem: "2.25.1", study },
};
