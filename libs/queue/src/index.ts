export { type AuditTrail, deliverAudit, NO_AUDIT, oldestAuditEvent, openAuditTrail } from "./audit-trail.ts";
export { Backlog, type Sweep, type SweepModel, type SweepOutcome, type SweepPlan } from "./backlog.ts";
export { closeStore, connectStore, onConnected, type Store } from "./connection.ts";
export { type DeadLetter, type DeadLetterFilter, DeadLetters } from "./dead-letters.ts";
export { FindingStore } from "./finding-store.ts";
export { forgetStudies, type StudyTraces } from "./forget-study.ts";
export { isJobFailureCode, JOB_FAILURES, type JobFailureCode } from "./job-failure.ts";
export {
  type JobTry,
  NotYet,
  PermanentFailure,
  type StudyJob,
  StudyQueue,
  type StudyWorker,
  workOn,
} from "./jobs.ts";
export { type ModelChange, ModelChoice, modelChangeSchema, type PackageName } from "./model-choice.ts";
export { type LoadedPackage, ModelPresence, type ModelProcess } from "./model-presence.ts";
export { openQueues, openStore } from "./open-store.ts";
export { openQueueBoard, type QueueBoard, type RetryTally } from "./queue-board.ts";
export { QUEUE_NAMES, type QueueName } from "./queue-name.ts";
export {
  type Opening,
  ReadingList,
  type ReadingListWatch,
  type StudyEvent,
  type VerdictOnStudy,
} from "./reading-list.ts";
export type { ReadingListCounts } from "./reading-list-counts.ts";
export { ReadingListRefusal } from "./reading-list-refusal.ts";
export { type RedisSettings, readRedisSettings } from "./redis-settings.ts";
export { openServiceAudit, type ServiceAudit } from "./service-audit.ts";
export { settleStudies } from "./settling.ts";
export { type PackageScore, type ShadowNote, ShadowScores } from "./shadow-scores.ts";
export { sharedKey } from "./shared-key.ts";
export { alone, isLeft } from "./shared-lock.ts";
export { type InstanceNote, type Noted, StudyLedger } from "./study-ledger.ts";
export { type SpooledMemory, StudyRecovery, type StudyView } from "./study-recovery.ts";
export {
  type GlobalSubscription,
  type InitialReport,
  type Lock,
  Subscriptions,
  type WorkitemEvent,
  type WorkitemWatch,
} from "./subscriptions.ts";
export { WatchLog, type WatchNote } from "./watch-log.ts";
export type { Act, ReportState, Verdict, VerdictNote, Workitem, WorkitemState } from "./workitem.ts";
export { firstWorkitemUid } from "./workitem-uid.ts";
export {
  type Transaction,
  type UpsWorkitem,
  type WorkitemRange,
  type WorkitemStatus,
  Workitems,
} from "./workitems.ts";
