import type { ImagePixel } from "../image-pixel.ts";
import type { StoredFrame } from "./stored-frame.ts";
import {
  corrupt,
  expectAllTiles,
  expectEnd,
  expectSameImage,
  readJpeg2000Header,
  withoutJp2Boxes,
} from "./stream-header.ts";
import { codecModule, quietly, takeWords } from "./wasm-module.ts";

/** OpenJPEG goes on after an error, and says so in a line only. */
let openjpegFailed = false;

const openjpeg = codecModule(
  "JPEG 2000",
  async () =>
    (await import("@cornerstonejs/codec-openjpeg/decodewasmjs")).default(
      quietly((line) => {
        openjpegFailed ||= line.includes("[ERROR]");
      }),
    ),
  (module) => module.HEAPU8.byteLength,
);

const openjph = codecModule(
  "HTJ2K",
  async () => (await import("@cornerstonejs/codec-openjph/wasmjs")).default(quietly()),
  (module) => module.HEAPU8.byteLength,
);

/**
 * JPEG 2000 (PS3.5 A.4.4), halved as often as is asked for and the stream has decompositions: each halving leaves out
 * the finest wavelets and three quarters of the time. Throws CORRUPT_STREAM.
 */
export async function decodeJpeg2000(bytes: Uint8Array, image: ImagePixel, halvings: 0 | 1 | 2): Promise<StoredFrame> {
  const source = openStream("JPEG 2000", bytes, image, halvings);
  return openjpeg.use(({ J2KDecoder }) => {
    const decoder = new J2KDecoder();
    return decode(source, decoder, (halvings) => {
      openjpegFailed = false;
      // Layer 0: all of them.
      decoder.decodeSubResolution(halvings, 0);
      if (openjpegFailed) throw corrupt("JPEG 2000", "cannot be decoded to its end");
    });
  });
}

/** High-Throughput JPEG 2000 (PS3.5 A.4.8), as `decodeJpeg2000`. */
export async function decodeHtj2k(bytes: Uint8Array, image: ImagePixel, halvings: 0 | 1 | 2): Promise<StoredFrame> {
  const source = openStream("HTJ2K", bytes, image, halvings);
  return openjph.use(({ HTJ2KDecoder }) => {
    const decoder = new HTJ2KDecoder();
    return decode(source, decoder, (halvings) => decoder.decodeSubResolution(halvings));
  });
}

/** A codestream that is of the image its header describes, and how it is to be decoded. */
interface Source {
  kind: string;
  codestream: Uint8Array;
  precision: number;
  /** Size and halvings of the frame to come; a halved side is rounded up (ITU-T T.800 B.5). */
  rows: number;
  columns: number;
  reduction: 0 | 1 | 2;
}

function openStream(kind: string, bytes: Uint8Array, image: ImagePixel, halvings: 0 | 1 | 2): Source {
  const codestream = withoutJp2Boxes(bytes);
  const header = readJpeg2000Header(codestream);
  expectSameImage(kind, header, image);
  expectEnd(kind, codestream);
  expectAllTiles(kind, codestream);
  const reduction = Math.min(halvings, header.halvings) as 0 | 1 | 2;
  return {
    kind,
    codestream,
    precision: header.precision,
    rows: Math.ceil(image.rows / 2 ** reduction),
    columns: Math.ceil(image.columns / 2 ** reduction),
    reduction,
  };
}

function decode(source: Source, decoder: WasmDecoder, run: (halvings: number) => void): StoredFrame {
  const { kind, codestream, precision, rows, columns, reduction } = source;
  decoder.getEncodedBuffer(codestream.byteLength).set(codestream);
  run(reduction);
  const words = takeWords(kind, decoder.getDecodedBuffer(), rows * columns, precision);
  decoder.delete();
  return { rows, columns, words, reduction };
}
