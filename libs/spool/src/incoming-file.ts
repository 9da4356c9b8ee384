import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, link, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { DurableFolders } from "./durable.ts";
import type { Layout } from "./layout.ts";
import type { CommitOutcome, Committed, IncomingInstance, InstanceName } from "./spool.ts";
import { onFileSystem, systemCode } from "./spool-error.ts";

/** How much may wait for the disk before `write` makes its caller wait. */
const MOST_PENDING_BYTES = 256 * 1024;

/** Where incoming files become instances, and whether they are on disk before they count. */
export interface Place {
  layout: Layout;
  folders: DurableFolders;
  durable: boolean;
}

/**
 * A temporary file that becomes an instance by a hard link, which, unlike a rename, fails where the name is taken.
 * Chunks that arrive while the disk is busy are written together.
 */
export class IncomingFile implements IncomingInstance {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #layout: Layout;
  readonly #folders: DurableFolders;
  readonly #hash = createHash("sha256");
  readonly #durable: boolean;
  #bytes = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: unknown;
  #ended: Promise<void> | undefined;

  constructor(handle: FileHandle, path: string, { layout, folders, durable }: Place) {
    this.#handle = handle;
    this.#path = path;
    this.#layout = layout;
    this.#folders = folders;
    this.#durable = durable;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (chunk.byteLength === 0) return;
    this.#hash.update(chunk);
    this.#bytes += chunk.byteLength;
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.byteLength;
    this.#writing ??= this.#writePending();
    if (this.#pendingBytes > MOST_PENDING_BYTES) await this.#drain();
  }

  /** Writes until nothing is pending. Never rejects: the failure is for the next call of `write` or `commit`. */
  async #writePending(): Promise<void> {
    try {
      while (this.#pending.length > 0) await onFileSystem("writing an instance", () => this.#writeBatch());
    } catch (error) {
      this.#failure = error;
      this.#pending = [];
    }
    // Not one turn later than the look at what is pending: a chunk that came between the two would stay there.
    this.#writing = undefined;
  }

  async #writeBatch(): Promise<void> {
    let batch = this.#pending;
    let left = this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
    while (left > 0) {
      const { bytesWritten } = await this.#handle.writev(batch);
      left -= bytesWritten;
      batch = rest(batch, bytesWritten);
    }
  }

  async #drain(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async commit({ studyInstanceUID, sopInstanceUID }: InstanceName): Promise<Committed> {
    try {
      const target = this.#layout.instanceFile(studyInstanceUID, sopInstanceUID);
      await this.#drain();
      return await onFileSystem(`storing instance ${sopInstanceUID}`, async () => {
        const sha256 = this.#hash.digest("hex");
        const folder = dirname(target);
        // The bytes first: a name that outlives a power cut without them would keep the sender's next try out for ever.
        await Promise.all([this.#durable && this.#handle.datasync(), this.#folders.make(folder)]);
        const outcome = await this.#claim(target, sha256);
        // A duplicate's first copy may have been linked by another process a moment ago, and not be durable yet.
        await Promise.all([outcome !== "conflict" && this.#folders.sync(folder), this.abort()]);
        return { outcome, sha256, bytes: this.#bytes };
      });
    } finally {
      await this.abort();
    }
  }

  async #claim(target: string, sha256: string): Promise<CommitOutcome> {
    try {
      await link(this.#path, target);
      return "stored";
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    const { size } = await stat(target);
    return size === this.#bytes && (await sha256Of(target)) === sha256 ? "duplicate" : "conflict";
  }

  abort(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#writing;
    // What cannot be closed or removed now is removed when the spool is opened again.
    await this.#handle.close().catch(() => {});
    await unlink(this.#path).catch(() => {});
  }
}

function rest(batch: Uint8Array[], written: number): Uint8Array[] {
  let skip = written;
  return batch.flatMap((chunk) => {
    const skipped = Math.min(skip, chunk.byteLength);
    skip -= skipped;
    return skipped < chunk.byteLength ? [chunk.subarray(skipped)] : [];
  });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
