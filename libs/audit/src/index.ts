export {
  type AuditAddress,
  type AuditDestination,
  type AuditRecord,
  openAuditDestination,
  parseAuditAddress,
  tryReceiver,
} from "./audit-destination.ts";
export {
  AUDIT_EVENTS,
  type AuditEvent,
  type AuditEventKind,
  type AuditedAct,
  auditEventSchema,
  describeAuditEvents,
  type ListAct,
  type WorkitemAct,
} from "./audit-event.ts";
export { AuditFailure, type AuditFailureCode } from "./audit-failure.ts";
export { writeAuditMessage } from "./audit-message.ts";
export { auditDeliveryVariables, auditVariables } from "./audit-variables.ts";
export { Gathering } from "./gathering.ts";
export { type AuditSource, messageOf, type Subject, studyOf } from "./message-of.ts";
export { type Refusal, Refusals } from "./refusals.ts";
