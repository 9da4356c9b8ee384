/** What this package uses of WebAssembly's JavaScript interface, which only the DOM's types describe. */
declare namespace WebAssembly {
  class Memory<Buffer extends ArrayBuffer | SharedArrayBuffer> {
    constructor(descriptor: {
      initial: number;
      maximum: number;
      shared: Buffer extends SharedArrayBuffer ? true : false;
    });
    readonly buffer: Buffer;
  }
}
