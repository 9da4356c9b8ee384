/**
 * Bytes that come in by and by. Who reads takes what is there and waits where nothing is, all the way from the part to
 * the socket: a promise for each chunk on each of the way's layers costs more than all that is done with the chunk.
 */
export abstract class ByteSource implements AsyncIterable<Uint8Array> {
  /** The next chunk, if it has come. */
  abstract take(): Uint8Array | undefined;
  /** To be asked where `take` had nothing: true once it is worth trying again, false at the end. */
  abstract more(): Promise<boolean>;

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    do {
      for (let chunk = this.take(); chunk !== undefined; chunk = this.take()) yield chunk;
    } while (await this.more());
  }

  /** The same bytes; an iterable is read to its end, but never told to stop. */
  static from(source: AsyncIterable<Uint8Array>): ByteSource {
    return source instanceof ByteSource ? source : new IteratedSource(source);
  }
}

class IteratedSource extends ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #next: Uint8Array | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    super();
    this.#chunks = source[Symbol.asyncIterator]();
  }

  take(): Uint8Array | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  async more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done) return false;
    this.#next = value;
    return true;
  }
}
