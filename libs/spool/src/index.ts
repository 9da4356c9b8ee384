export { FileSpool } from "./file-spool.ts";
export { ReadMemory } from "./read-memory.ts";
export type {
  CommitOutcome,
  Committed,
  IncomingInstance,
  InstanceFacts,
  InstanceName,
  Spool,
  SpooledStudy,
  WaitingBulkData,
} from "./spool.ts";
export { SpoolError, type SpoolErrorCode } from "./spool-error.ts";
