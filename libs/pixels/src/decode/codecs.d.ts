/** The parts of the codec packages that Redspot uses; they ship no types. All are Emscripten modules. */

/** What every decoder class of these builds has. Buffers are views on the module's memory, gone after `delete`. */
interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

type ModuleOptions = { print?: (line: string) => void; printErr?: (line: string) => void };

declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  const create: (options?: ModuleOptions) => Promise<{
    HEAPU8: Uint8Array;
    JpegLSDecoder: new () => WasmDecoder & { decode(): void };
  }>;
  export default create;
}

declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  const create: (options?: ModuleOptions) => Promise<{
    HEAPU8: Uint8Array;
    J2KDecoder: new () => WasmDecoder & { decodeSubResolution(level: number, layer: number): void };
  }>;
  export default create;
}

declare module "@cornerstonejs/codec-openjph/wasmjs" {
  const create: (options?: ModuleOptions) => Promise<{
    HEAPU8: Uint8Array;
    HTJ2KDecoder: new () => WasmDecoder & { decodeSubResolution(level: number): void };
    HTJ2KEncoder: new () => {
      getDecodedBuffer(frame: {
        width: number;
        height: number;
        bitsPerSample: number;
        componentCount: number;
        isSigned: boolean;
        isUsingColorTransform: boolean;
      }): Uint8Array;
      setQuality(reversible: boolean, quantisation: number): void;
      setDecompositions(levels: number): void;
      setProgressionOrder(order: number): void;
      encode(): void;
      getEncodedBuffer(): Uint8Array;
      delete(): void;
    };
  }>;
  export default create;
}
