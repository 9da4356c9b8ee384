/** What this package uses of WebAssembly's JavaScript interface, which only the DOM's types describe. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
  }
}
