const WASM_PAGE_BYTES = 64 * 1024;

/**
 * Memory to read instances into, one after the other: each overwrites the one before. It grows with the largest. Fresh
 * memory for each instance costs more time than reading it does. It begins at a page of the machine, as direct I/O asks
 * (see `Blocks`), and its length is a multiple of one.
 */
export class ReadMemory {
  #bytes: Uint8Array;

  constructor(bytes: number) {
    this.#bytes = allocate(bytes);
  }

  /** The memory, with room for so many bytes. */
  withRoomFor(bytes: number): Uint8Array {
    if (this.#bytes.byteLength < bytes) this.#bytes = allocate(bytes);
    return this.#bytes;
  }
}

function allocate(bytes: number): Uint8Array {
  const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
  return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer);
}
