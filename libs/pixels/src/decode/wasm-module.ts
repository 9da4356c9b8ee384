import { PixelError } from "../pixel-error.ts";
import { corrupt } from "./stream-header.ts";

/** WebAssembly memory never shrinks: a module that has grown beyond this is dropped after use, and memory with it. */
const MOST_HEAP_KEPT = 192 * 2 ** 20;

/**
 * A codec's WebAssembly module: made when first needed, kept for the next image, and dropped when a call into it has
 * failed, because after an abort or a C++ exception nothing in its memory can be relied upon.
 */
export interface CodecModule<M> {
  /** Runs the work on the module. Whatever is thrown, a number or an abort among it, comes out as CORRUPT_STREAM. */
  use<T>(work: (codec: M) => T): Promise<T>;
}

/** A lazily made, self-healing codec module of which streams of the given kind are the input. */
export function codecModule<M>(kind: string, create: () => Promise<M>, heapSize: (codec: M) => number): CodecModule<M> {
  let made: Promise<M> | undefined;
  return {
    async use(work) {
      made ??= create();
      const current = made;
      let codec: M;
      try {
        codec = await current;
      } catch (error) {
        if (made === current) made = undefined;
        throw error;
      }
      const exitCode = process.exitCode;
      try {
        const result = work(codec);
        if (heapSize(codec) > MOST_HEAP_KEPT && made === current) made = undefined;
        return result;
      } catch (error) {
        if (made === current) made = undefined;
        // An Emscripten module that aborts sets the exit code of the whole process.
        process.exitCode = exitCode;
        throw error instanceof PixelError ? error : corrupt(kind, "cannot be decoded");
      }
    },
  };
}

/**
 * What an Emscripten module is made with: what it writes about bad streams goes to `hear` instead of the console. A new
 * object each time, because it becomes the module.
 */
export function quietly(hear: (line: string) => void = () => {}): { print: typeof hear; printErr: typeof hear } {
  return { print: hear, printErr: hear };
}

/**
 * The decoder's output as words of 8 or 16 bits, copied out of the module's memory. Throws CORRUPT_STREAM if too short.
 */
export function takeWords(
  kind: string,
  decoded: Uint8Array,
  count: number,
  precision: number,
): Uint8Array | Uint16Array {
  const wanted = precision <= 8 ? count : 2 * count;
  if (decoded.byteLength < wanted) throw corrupt(kind, `gives ${decoded.byteLength} bytes where ${wanted} are needed`);
  const bytes = decoded.slice(0, wanted);
  return precision <= 8 ? bytes : new Uint16Array(bytes.buffer);
}
