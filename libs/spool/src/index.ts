export { FileSpool } from "./file-spool.ts";
export type { CommitOutcome, Committed, IncomingInstance, InstanceName, ReadMemory, Spool } from "./spool.ts";
export { SpoolError, type SpoolErrorCode } from "./spool-error.ts";
