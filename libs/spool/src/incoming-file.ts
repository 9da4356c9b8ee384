import { type FileHandle, link, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Block, BlockHolder, Blocks } from "./blocks.ts";
import type { Comparison } from "./comparison.ts";
import { DIRECT_UNIT_BYTES } from "./direct-io.ts";
import type { DurableFolders } from "./durable.ts";
import type { Layout } from "./layout.ts";
import type { Room } from "./room.ts";
import type { CommitOutcome, Committed, IncomingInstance, InstanceName } from "./spool.ts";
import { onFileSystem, SpoolError, spoolErrorOf, systemCode } from "./spool-error.ts";

/** Where incoming files become instances. */
export interface Place {
  layout: Layout;
  folders: DurableFolders;
  /** Whether an instance is on disk before it counts. */
  durable: boolean;
  /** Whether files are opened for direct I/O, which takes whole units. */
  direct: boolean;
  blocks: Blocks;
  comparison: Comparison;
  room: Room;
}

const EMPTY = new Uint8Array(0);

/**
 * A temporary file that becomes an instance by a hard link, which, unlike a rename, fails where the name is taken.
 * What comes in is gathered into blocks, and a block is written while the next one fills.
 */
export class IncomingFile implements IncomingInstance, BlockHolder {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #place: Place;
  #bytes = 0;
  /** What the next bytes go into, and how many it has. */
  #block: Block | undefined;
  #filled = 0;
  /** The end of a block that had to be given away, less than a unit. */
  #rest = EMPTY;
  /** Where in the file the next block goes. */
  #position = 0;
  readonly #underWay = new Set<Promise<void>>();
  #failure: unknown;
  #ended: Promise<void> | undefined;

  constructor(handle: FileHandle, path: string, place: Place) {
    this.#handle = handle;
    this.#path = path;
    this.#place = place;
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    this.#bytes += chunk.byteLength;
    return this.#gather(chunk);
  }

  /** Waits where no block is left. */
  #gather(chunk: Uint8Array): Promise<void> | undefined {
    for (let at = 0; at < chunk.byteLength; ) {
      if (this.#block === undefined) {
        const next = this.#place.blocks.take();
        if (next instanceof Promise) {
          return next.then((block) => {
            this.#begin(block);
            return this.#gather(chunk.subarray(at));
          });
        }
        this.#begin(next);
      }
      at += this.#put(at === 0 ? chunk : chunk.subarray(at), this.#block!);
    }
    return undefined;
  }

  #begin(block: Block): void {
    if (this.#ended !== undefined) {
      this.#place.blocks.release(block);
      throw givenUp();
    }
    block.bytes.set(this.#rest);
    this.#filled = this.#rest.byteLength;
    this.#rest = EMPTY;
    this.#block = block;
  }

  /** Puts as much into the block as it takes, and passes it on where it is full. */
  #put(bytes: Uint8Array, block: Block): number {
    const length = Math.min(bytes.byteLength, block.bytes.byteLength - this.#filled);
    block.bytes.set(length === bytes.byteLength ? bytes : bytes.subarray(0, length), this.#filled);
    this.#filled += length;
    if (this.#filled === block.bytes.byteLength) this.#passBlock(block, this.#filled);
    else this.#place.blocks.held(this);
    return length;
  }

  yieldBlock(): void {
    const block = this.#block!;
    const rest = this.#place.direct ? this.#filled % DIRECT_UNIT_BYTES : 0;
    this.#rest = block.bytes.slice(this.#filled - rest, this.#filled);
    this.#passBlock(block, this.#filled - rest);
  }

  /** Leaves so many bytes of the block to the disk. */
  #passBlock(block: Block, length: number): void {
    const { blocks, direct } = this.#place;
    blocks.passed(this);
    this.#block = undefined;
    this.#filled = 0;
    if (length === 0) {
      blocks.release(block);
      return;
    }
    // The last unit of a file is filled up, and cut off again before the file counts.
    const padded = direct ? Math.ceil(length / DIRECT_UNIT_BYTES) * DIRECT_UNIT_BYTES : length;
    block.bytes.fill(0, length, padded);
    const position = this.#position;
    this.#position += length;
    const underWay = this.#store(block.bytes.subarray(0, padded), position).then(() => {
      blocks.release(block);
      this.#underWay.delete(underWay);
    });
    this.#underWay.add(underWay);
  }

  /** Never rejects: the failure is for the next call of `write` or `commit`. */
  async #store(bytes: Uint8Array, position: number): Promise<void> {
    try {
      await this.#place.room.mustBeLeftFor(position, bytes.byteLength);
      for (let at = 0; at < bytes.byteLength; ) {
        const { bytesWritten } = await this.#handle.write(bytes, at, bytes.byteLength - at, position + at);
        at += bytesWritten;
      }
    } catch (error) {
      this.#failure ??= spoolErrorOf("writing an instance", error);
    }
  }

  async #drain(): Promise<void> {
    if (this.#ended !== undefined) throw givenUp();
    if (this.#block === undefined && this.#rest.byteLength > 0) this.#begin(await this.#place.blocks.take());
    if (this.#block !== undefined) this.#passBlock(this.#block, this.#filled);
    await Promise.all(this.#underWay);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async commit({ studyInstanceUID, sopInstanceUID }: InstanceName): Promise<Committed> {
    try {
      const { layout, folders } = this.#place;
      const target = layout.instanceFile(studyInstanceUID, sopInstanceUID);
      await this.#drain();
      return await onFileSystem(`storing instance ${sopInstanceUID}`, async () => {
        const folder = dirname(target);
        // The bytes first: a name that outlives a power cut without them would keep the sender's next try out for ever.
        await Promise.all([this.#finish(), folders.make(folder)]);
        const outcome = await this.#claim(target);
        // A duplicate's first copy may have been linked by another process a moment ago, and not be durable yet.
        await Promise.all([outcome !== "conflict" && folders.sync(folder), this.abort()]);
        return { outcome, bytes: this.#bytes };
      });
    } finally {
      await this.abort();
    }
  }

  async #finish(): Promise<void> {
    if (this.#place.direct) await this.#handle.truncate(this.#bytes);
    if (this.#place.durable) await this.#handle.datasync();
  }

  async #claim(target: string): Promise<CommitOutcome> {
    try {
      await link(this.#path, target);
      return "stored";
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    const { size } = await stat(target);
    const isSame = size === this.#bytes && (await this.#place.comparison.same(this.#path, target, size));
    return isSame ? "duplicate" : "conflict";
  }

  abort(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    if (this.#block !== undefined) this.#passBlock(this.#block, 0);
    await Promise.all(this.#underWay);
    // What cannot be closed or removed now is removed when the spool is opened again.
    await Promise.allSettled([this.#handle.close(), unlink(this.#path)]);
  }
}

function givenUp(): SpoolError {
  return new SpoolError("IO_FAILURE", "the instance was given up");
}
