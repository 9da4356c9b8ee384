export { closeStore, connectStore, type Store } from "./connection.ts";
export { FindingStore } from "./finding-store.ts";
export {
  PermanentFailure,
  QUEUE_NAMES,
  type QueueName,
  type StudyJob,
  StudyQueue,
  type StudyWorker,
  workOn,
} from "./jobs.ts";
export { ReadingList, type ReadingListWatch, type ReportState, type Workitem } from "./reading-list.ts";
export { settleStudies } from "./settling.ts";
export { sharedKey } from "./shared-key.ts";
export { type InstanceNote, type Noted, StudyLedger } from "./study-ledger.ts";
