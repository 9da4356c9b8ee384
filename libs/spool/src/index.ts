export { FileSpool } from "./file-spool.ts";
export type {
  CommitOutcome,
  Committed,
  IncomingInstance,
  InstanceName,
  ReadMemory,
  Spool,
  WaitingBulkData,
} from "./spool.ts";
export { SpoolError, type SpoolErrorCode } from "./spool-error.ts";
