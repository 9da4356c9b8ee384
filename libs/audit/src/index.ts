export {
  type AuditAddress,
  type AuditDestination,
  type AuditRecord,
  openAuditDestination,
  parseAuditAddress,
} from "./audit-destination.ts";
export {
  AUDIT_EVENTS,
  type AuditEvent,
  type AuditEventKind,
  auditEventSchema,
  describeAuditEvents,
  type ListAct,
  type WorkitemAct,
} from "./audit-event.ts";
export { AuditFailure, type AuditFailureCode } from "./audit-failure.ts";
export { writeAuditMessage } from "./audit-message.ts";
export { type AuditSource, messageOf, type Subject, studyOf } from "./message-of.ts";
