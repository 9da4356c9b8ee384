import { createReadStream } from "node:fs";
import { type FileHandle, unlink } from "node:fs/promises";
import type { Room } from "./room.ts";
import type { WaitingBulkData } from "./spool.ts";
import { onFileSystem } from "./spool-error.ts";

const READ_BYTES = 256 * 1024;

/** A temporary file of bulk data. It need not be durable: until its instance is stored, nothing is acknowledged. */
export class BulkFile implements WaitingBulkData {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #room: Room;
  #byteLength = 0;
  #closed: Promise<void> | undefined;

  constructor(handle: FileHandle, path: string, room: Room) {
    this.#handle = handle;
    this.#path = path;
    this.#room = room;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await onFileSystem("keeping bulk data", async () => {
      await this.#room.mustBeLeftFor(this.#byteLength, chunk.byteLength);
      await this.#handle.appendFile(chunk);
    });
    this.#byteLength += chunk.byteLength;
  }

  async close(): Promise<void> {
    this.#closed ??= this.#handle.close();
    await onFileSystem("keeping bulk data", () => this.#closed!);
  }

  async *chunks({ most = Infinity }: { most?: number } = {}): AsyncGenerator<Uint8Array> {
    const source = createReadStream(this.#path, { highWaterMark: READ_BYTES, end: most - 1 });
    try {
      for await (const chunk of source) yield chunk as Uint8Array;
    } catch (error) {
      await onFileSystem("reading bulk data", () => Promise.reject(error));
    }
  }

  async remove(): Promise<void> {
    // What cannot be closed or removed now is removed when the spool is opened again.
    await this.close().catch(() => {});
    await unlink(this.#path).catch(() => {});
  }
}
