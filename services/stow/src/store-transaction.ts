import { isImage } from "@redspot/dicom";
import { type FailedInstance, MultipartError, type Part, readMultipart, type StoredInstance } from "@redspot/dicomweb";
import type { StudyLedger, StudyQueue } from "@redspot/queue";
import { NO_TRACING, type Tracing } from "@redspot/runtime";
import type { InstanceName, Spool } from "@redspot/spool";
import { assembleInstances } from "./assemble-instances.ts";
import { INSTANCE_FAILURES, InstanceFailure, type InstanceFailureCode, RequestFailure } from "./failures.ts";
import {
  failureOf,
  type InstanceRules,
  type ReceivedInstance,
  type RefusedInstance,
  receiveInstance,
} from "./receive-instance.ts";
import type { BodyForm } from "./store-request.ts";

/** Where an instance is noted, and what its study's waiting revision is. */
type Ledger = Pick<StudyLedger, "noteInstance">;

/** Where a study waits until it has stopped growing. Adding the same revision again changes nothing. */
type Settling = Pick<StudyQueue, "add">;

/** What became of an instance that names itself. */
export interface TakenInstance {
  studyInstanceUID: string;
  sopClassUID: string;
  /** Whether it was there before. */
  held: boolean;
  /** What it was refused for. */
  code?: InstanceFailureCode;
}

export interface StoreDependencies {
  spool: Spool;
  ledger: Ledger;
  settling: Settling;
  settleMs: number;
  /** Which site sends, by the name under which its credentials are known; the reading list may treat sites differently. */
  site?: string;
  /** Told of each instance that was stored, or refused though it could be read, before the sender is. */
  onTaken?: (taken: TakenInstance) => void;
  /** Told of each instance that is being stored, by its study. */
  tracing?: Pick<Tracing, "about">;
  /** Told of each failure of an instance, for the log. */
  onFailure?: (failure: InstanceFailure, cause?: unknown) => void;
}

export interface StoreLimits {
  maxInstanceBytes: number;
  /** Of the body, and of what is put together from one. */
  maxRequestBytes: number;
  maxParts: number;
  maxPartHeaderBytes: number;
}

/** What came of a Store transaction. */
export interface StoreResult {
  stored: StoredInstance[];
  failed: (FailedInstance & { code: InstanceFailureCode })[];
  /** How many of the stored ones were there before. */
  duplicates: number;
  /** Of those that were not there before. */
  newBytes: number;
}

/** So many instances are made durable and noted while the next ones come in. */
const MOST_COMMITS_AT_ONCE = 8;

/**
 * The Store transaction (PS3.18 10.5) on a multipart body: every instance has an outcome of its own.
 * An instance counts as stored when its bytes are durable in the spool, it is noted in the ledger, and the settling job
 * of its study's revision exists; each step is idempotent, so a sender that has seen no answer sends again.
 *
 * Throws RequestFailure where not even the first part can be found; errors of the source come through.
 */
export async function storeInstances(
  body: AsyncIterable<Uint8Array>,
  form: BodyForm,
  { studyInstanceUID, strict, limits }: { studyInstanceUID?: string; strict: boolean; limits: StoreLimits },
  dependencies: StoreDependencies,
): Promise<StoreResult> {
  const rules: InstanceRules = {
    maxInstanceBytes: limits.maxInstanceBytes,
    strict,
    // As they come from the wire; what is put together from other parts may show one piece of memory twice.
    ownChunks: form.type === "application/dicom",
    ...(studyInstanceUID === undefined ? {} : { studyInstanceUID }),
  };
  const transaction = new Transaction(dependencies);
  try {
    for await (const part of partsOf(body, form, { spool: dependencies.spool, strict, limits })) {
      if ("failure" in part) transaction.refuse(part);
      else await transaction.take(part, rules);
    }
  } catch (error) {
    if (!(error instanceof MultipartError)) {
      // The sender is gone, or something is broken here: nobody gets an answer, but nothing is left half done.
      await transaction.commitsDone();
      throw error;
    }
    transaction.endEarly(error);
  }
  return transaction.result();
}

/** The instances of a body, as parts, or why they are none. */
function partsOf(
  body: AsyncIterable<Uint8Array>,
  { boundary, type }: BodyForm,
  { spool, strict, limits }: { spool: Spool; strict: boolean; limits: StoreLimits },
): AsyncIterable<Part | RefusedInstance> {
  const { maxInstanceBytes, maxPartHeaderBytes: maxHeaderBytes, maxParts, maxRequestBytes } = limits;
  const parts = readMultipart(body, boundary, { maxHeaderBytes, maxParts, crlfOnly: strict });
  if (type === "application/dicom") return parts;
  return assembleInstances(parts, spool, { type, maxInstanceBytes, maxParts, maxRequestBytes });
}

class Transaction {
  readonly #dependencies: StoreDependencies;
  readonly #result: StoreResult = { stored: [], failed: [], duplicates: 0, newBytes: 0 };
  readonly #committing = new Set<Promise<void>>();
  /** The settling jobs that this request has seen to, by study and revision. */
  readonly #settling = new Map<string, Promise<void>>();
  #fault: unknown;
  #brokenPartTold = false;
  #ledgerAway = false;

  constructor(dependencies: StoreDependencies) {
    this.#dependencies = dependencies;
  }

  async take(part: Part, rules: InstanceRules): Promise<void> {
    const instance = await receiveInstance(part, this.#dependencies.spool, rules);
    if ("failure" in instance) {
      this.#brokenPartTold = instance.bodyBroken === true;
      return this.refuse(instance);
    }
    const committing = this.#commit(instance).catch((fault: unknown) => {
      this.#fault ??= fault;
    });
    this.#committing.add(committing);
    void committing.then(() => this.#committing.delete(committing));
    if (this.#committing.size >= MOST_COMMITS_AT_ONCE) await Promise.race(this.#committing);
  }

  async #commit({ identity, incoming, warning }: ReceivedInstance): Promise<void> {
    const { tracing = NO_TRACING } = this.#dependencies;
    try {
      const { outcome, bytes } = await tracing.about(identity.studyInstanceUID, "store", async () => {
        const committed = await incoming.commit(identity);
        if (committed.outcome === "conflict") throw new InstanceFailure("CONFLICT");
        // Redis may have forgotten it since it came for the first time: its study waits from then.
        const cameBefore = committed.outcome === "duplicate" ? await this.#firstArrival(identity) : {};
        await this.#note({ ...identity, ...cameBefore }, committed.bytes);
        return committed;
      });
      const { sopClassUID, sopInstanceUID } = identity;
      this.#result.stored.push({
        sopClassUID,
        sopInstanceUID,
        ...(warning === undefined ? {} : { warningReason: warning.reason }),
      });
      if (outcome === "duplicate") this.#result.duplicates += 1;
      else this.#result.newBytes += bytes;
      this.#dependencies.onTaken?.({ ...identity, held: outcome === "duplicate" });
    } catch (error) {
      const failure = failureOf(error);
      this.#dependencies.onTaken?.({ ...identity, held: false, code: failure.code });
      this.refuse({ failure, named: identity });
    }
  }

  async #firstArrival({ studyInstanceUID, sopInstanceUID }: InstanceName): Promise<{ arrivedAt?: number }> {
    const facts = this.#dependencies.spool.factsOf(studyInstanceUID, sopInstanceUID);
    // Removed just now, as its study was reported long ago.
    return facts.then(({ arrivedAt }) => ({ arrivedAt: arrivedAt.getTime() })).catch(() => ({}));
  }

  async #note(identity: ReceivedInstance["identity"] & { arrivedAt?: number }, bytes: number): Promise<void> {
    const { ledger, site, onFailure } = this.#dependencies;
    // Each would wait for Redis as long as the first one did, and the sender has to come again anyway.
    if (this.#ledgerAway) throw new InstanceFailure("LEDGER_AWAY");
    try {
      const { studyInstanceUID, sopClassUID } = identity;
      const { openRevision } = await ledger.noteInstance({
        ...identity,
        isImage: isImage(sopClassUID),
        bytes,
        ...(site === undefined ? {} : { site }),
      });
      if (openRevision !== undefined) await this.#settle(studyInstanceUID, openRevision);
    } catch (cause) {
      const failure = new InstanceFailure("LEDGER_AWAY");
      if (!this.#ledgerAway) onFailure?.(failure, cause);
      this.#ledgerAway = true;
      throw failure;
    }
  }

  /**
   * Sees to it that a revision's settling job exists. Once for all instances of the request: the job stays until it has
   * closed its revision, and what is noted after that opens another one.
   */
  #settle(studyInstanceUID: string, revision: number): Promise<void> {
    const job = `${studyInstanceUID} ${revision}`;
    const { settling, settleMs } = this.#dependencies;
    const added = this.#settling.get(job) ?? settling.add({ studyInstanceUID, revision }, settleMs);
    this.#settling.set(job, added);
    return added;
  }

  refuse({ failure, named }: RefusedInstance): void {
    if (failure.code !== "LEDGER_AWAY") this.#dependencies.onFailure?.(failure);
    const { sopClassUID, sopInstanceUID } = named;
    this.#result.failed.push({
      ...(sopClassUID === undefined ? {} : { sopClassUID }),
      ...(sopInstanceUID === undefined ? {} : { sopInstanceUID }),
      failureReason: INSTANCE_FAILURES[failure.code].reason,
      code: failure.code,
    });
  }

  /** The body's framing is broken: what came before keeps its outcome. */
  endEarly(error: MultipartError): void {
    if (error.code === "NO_BOUNDARY") throw new RequestFailure("BAD_BODY", error.message);
    if (this.#brokenPartTold) return;
    const code = error.code === "TOO_MANY_PARTS" ? "TOO_MANY_PARTS" : "TRUNCATED";
    this.refuse({ failure: new InstanceFailure(code, error.message), named: {} });
  }

  async commitsDone(): Promise<void> {
    await Promise.all(this.#committing);
  }

  async result(): Promise<StoreResult> {
    await this.commitsDone();
    if (this.#fault !== undefined) throw this.#fault;
    const { stored, failed } = this.#result;
    if (stored.length + failed.length === 0) throw new RequestFailure("NO_PARTS");
    return this.#result;
  }
}
