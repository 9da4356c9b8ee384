/**
 * Bytes that come in by and by. Who reads takes what is there and waits where nothing is, all the way from the part to
 * the socket: a promise for each chunk on each of the way's layers costs more than all that is done with the chunk.
 */
export abstract class ByteSource implements AsyncIterable<Uint8Array> {
  /** The next chunk, if it has come. */
  abstract take(): Uint8Array | undefined;
  /** Whether all has come and has been taken. */
  abstract get ended(): boolean;
  /** To be awaited where `take` had nothing and it has not ended: resolves when it is worth looking again. */
  abstract more(): Promise<void>;

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.take();
      if (chunk !== undefined) yield chunk;
      else if (this.ended) return;
      else await this.more();
    }
  }

  /** The same bytes; an iterable is read to its end, but never told to stop. */
  static from(source: AsyncIterable<Uint8Array>): ByteSource {
    return source instanceof ByteSource ? source : new IteratedSource(source);
  }
}

class IteratedSource extends ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #next: Uint8Array | undefined;
  ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    super();
    this.#chunks = source[Symbol.asyncIterator]();
  }

  take(): Uint8Array | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  async more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) this.ended = true;
    else this.#next = value;
  }
}
