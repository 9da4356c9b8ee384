import type { ReadMemory } from "./read-memory.ts";
/** What became of an instance that was handed to the spool. */
export type CommitOutcome =
  /** It is there now, and durable. */
  | "stored"
  /** The same bytes were there already. */
  | "duplicate"
  /** Other bytes were there already under the same UIDs; they stay as they are. */
  | "conflict";

export interface Committed {
  outcome: CommitOutcome;
  bytes: number;
}

export interface InstanceName {
  studyInstanceUID: string;
  sopInstanceUID: string;
}

/** An instance on its way into the spool. It ends with `commit` or `abort`, whichever is called first. */
export interface IncomingInstance {
  /** How many bytes were written so far. */
  readonly bytes: number;
  /** Takes a copy of a chunk; to be awaited where it returns a promise: the storage is slower than the sender. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /**
   * Makes the bytes durable under their name. The first one wins, also between processes. Throws SpoolError
   * INVALID_UID, NO_SPACE, IO_FAILURE; the incoming instance is gone then.
   */
  commit(name: InstanceName): Promise<Committed>;
  /** Forgets the bytes. Never throws, may be called more than once. */
  abort(): Promise<void>;
}

/** Bulk data that waits for the instance it belongs to. It ends with `remove`. */
export interface WaitingBulkData {
  /** How many bytes were written so far. */
  readonly byteLength: number;
  write(chunk: Uint8Array): Promise<void>;
  /** To be called when all is written; open files are few. */
  close(): Promise<void>;
  /** The bytes that were written, or the first of them; may be called more than once. */
  chunks(options?: { most?: number }): AsyncIterable<Uint8Array>;
  /** Forgets the bytes. Never throws, may be called more than once. */
  remove(): Promise<void>;
}

/** What the spool holds of a study, by name. */
export interface SpooledStudy {
  studyInstanceUID: string;
  sopInstanceUIDs: string[];
  /** What was recorded about it: see `putRecord`. */
  records: string[];
}

/** What is told to whoever looks through the spool. */
export interface StudiesWatch {
  /** A file that is none of the spool's own, by its path below the root. */
  onStray?: (path: string) => void;
  /** How many of the folders have been looked into. */
  onProgress?: (done: number, of: number) => void;
}

/** When an instance came, and its size. */
export interface InstanceFacts {
  /** By the clock of the listener that took it. */
  arrivedAt: Date;
  bytes: number;
}

/**
 * Where the bytes of instances wait, each under its Study and SOP Instance UID, never changed once they are there.
 * Every method throws SpoolError; identifiers that are no UIDs are refused with INVALID_UID.
 */
export interface Spool {
  /** How many bytes can come in before storage is as full as it may get; asked anew each time. */
  room(): Promise<number>;
  /** Opens a place for an instance whose name is not known yet. Throws NO_SPACE. */
  receive(): Promise<IncomingInstance>;
  /** Opens a place for bulk data that comes on its own (PS3.18 10.5.2). Throws NO_SPACE. */
  receiveBulkData(): Promise<WaitingBulkData>;
  /** The instance, whole; within `memory`, where that is given. Throws NOT_FOUND. */
  read(studyInstanceUID: string, sopInstanceUID: string, memory?: ReadMemory): Promise<Uint8Array>;
  /** The SOP Instance UIDs that the spool holds of a study, sorted; none of a study that it does not know. */
  list(studyInstanceUID: string): Promise<string[]>;
  /** When an instance came and how large it is. Throws NOT_FOUND. */
  factsOf(studyInstanceUID: string, sopInstanceUID: string): Promise<InstanceFacts>;
  /**
   * Keeps something to remember about a study beside its instances, durable, under a name like `finding-1`: what must
   * outlive the database. The first record under a name stays, and is answered with.
   */
  putRecord(studyInstanceUID: string, name: string, bytes: Uint8Array): Promise<Uint8Array>;
  /** A record, or undefined where there is none. */
  readRecord(studyInstanceUID: string, name: string): Promise<Uint8Array | undefined>;
  /** Removes records of a study, and its folder where nothing else lies there. */
  removeRecords(studyInstanceUID: string, names: readonly string[]): Promise<void>;
  /** Every study that the spool holds anything of, in no order. */
  studies(watch?: StudiesWatch): AsyncGenerator<SpooledStudy>;
  /** Removes an instance and its preview, or nothing where they are gone. What was recorded about the study stays. */
  remove(studyInstanceUID: string, sopInstanceUID: string): Promise<void>;
  /** How many files there are of a study: instances, previews and records. */
  countFiles(studyInstanceUID: string): Promise<number>;
  /** Removes all of a study: instances, previews and what was recorded about it; answers how many files there were. */
  removeStudy(studyInstanceUID: string): Promise<number>;
  /** Keeps a preview image beside the instance; a later one takes its place. */
  putPreview(studyInstanceUID: string, sopInstanceUID: string, bytes: Uint8Array): Promise<void>;
  /** The preview image. Throws NOT_FOUND. */
  readPreview(studyInstanceUID: string, sopInstanceUID: string): Promise<Uint8Array>;
}
