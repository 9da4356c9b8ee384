/** Memory that goes to the disk as it is. */
export interface Block {
  bytes: Uint8Array;
}

/** Who fills a block with what comes in. */
export interface BlockHolder {
  /** Asks for the block, which has to come back soon, whatever it waits for. */
  yieldBlock(): void;
}

/** How many there are, and how long each is: a multiple of 64 KiB. */
export interface BlockSizes {
  count: number;
  bytes: number;
}

/** Long enough that a block's own cost does not count beside that of its bytes, and enough for many who send at once. */
const FOR_MANY: BlockSizes = { count: 12, bytes: 1024 * 1024 };

const WASM_PAGE_BYTES = 64 * 1024;

/**
 * A fixed number of blocks, each at a multiple of the page size, which is what direct I/O asks for (open(2), O_DIRECT).
 * WebAssembly's memory is the one of which the engine says where it begins: at a page.
 *
 * All that come in, however many, share these blocks. Where none is left, the one who has been quiet for longest has to
 * give his away, half full as it is: slow senders cannot keep the others from being served.
 */
export class Blocks {
  readonly #count: number;
  /** The last that came back is the first to go: its memory is still in the processor's cache. */
  readonly #free: Block[];
  readonly #waiting: ((block: Block) => void)[] = [];
  /** By when they were last heard of, the quietest first. */
  readonly #holders = new Set<BlockHolder>();

  constructor({ count, bytes }: BlockSizes = FOR_MANY) {
    this.#count = count;
    const pages = (count * bytes) / WASM_PAGE_BYTES;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer;
    this.#free = Array.from({ length: count }, (_, index) => ({
      bytes: new Uint8Array(memory, index * bytes, bytes),
    }));
  }

  /** A block, at once or when one comes back: first come, first served. */
  take(): Block | Promise<Block> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const block = new Promise<Block>((resolve) => this.#waiting.push(resolve));
    this.#askQuietest();
    return block;
  }

  /** Notes that the holder of a block has put something into it. */
  held(by: BlockHolder): void {
    this.#holders.delete(by);
    this.#holders.add(by);
    // While one is on its way back somebody is served soon. None is where all went to slow ones that began to wait before.
    if (this.#waiting.length > 0 && this.#holders.size === this.#count) this.#askQuietest();
  }

  #askQuietest(): void {
    const [quietest] = this.#holders;
    quietest?.yieldBlock();
  }

  /** Notes that the holder has passed its block on. */
  passed(by: BlockHolder): void {
    this.#holders.delete(by);
  }

  release(block: Block): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(block);
    else next(block);
  }
}
