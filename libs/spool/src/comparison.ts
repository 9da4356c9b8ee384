import { openToRead } from "./direct-io.ts";
import { ReadMemory } from "./read-memory.ts";

const PIECE_BYTES = 256 * 1024;

/** Compares files, one pair at a time: it takes no more memory however many senders send again what they have sent. */
export class Comparison {
  readonly #direct: boolean;
  /** Two pieces, made when something is compared for the first time. */
  #memory: ReadMemory | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param direct past the page cache, in which nothing is that was written past it */
  constructor(direct: boolean) {
    this.#direct = direct;
  }

  /** Whether two files of `bytes` bytes hold the same. */
  same(one: string, other: string, bytes: number): Promise<boolean> {
    const compared = this.#last.then(() => this.#compare(one, other, bytes));
    this.#last = compared.catch(() => {});
    return compared;
  }

  async #compare(one: string, other: string, bytes: number): Promise<boolean> {
    this.#memory ??= new ReadMemory(2 * PIECE_BYTES);
    const memory = this.#memory.withRoomFor(2 * PIECE_BYTES);
    await using first = await openToRead(one, this.#direct);
    await using second = await openToRead(other, this.#direct);
    for (let at = 0; at < bytes; ) {
      const [left, right] = await Promise.all([
        first.read(memory, 0, PIECE_BYTES, at),
        second.read(memory, PIECE_BYTES, PIECE_BYTES, at),
      ]);
      const length = Math.min(left.bytesRead, right.bytesRead);
      const isSame =
        Buffer.compare(memory.subarray(0, length), memory.subarray(PIECE_BYTES, PIECE_BYTES + length)) === 0;
      if (length === 0 || !isSame) return false;
      at += length;
    }
    return true;
  }
}
