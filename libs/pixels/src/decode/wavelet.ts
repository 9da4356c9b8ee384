import type { ImagePixel } from "../image-pixel.ts";
import type { StoredFrame } from "./stored-frame.ts";
import { corrupt, expectSameImage, readJpeg2000Header, withoutJp2Boxes } from "./stream-header.ts";
import { codecModule, quietly, takeWords } from "./wasm-module.ts";

const openjpeg = codecModule(
  "JPEG 2000",
  async () => (await import("@cornerstonejs/codec-openjpeg/decodewasmjs")).default(quietly),
  (module) => module.HEAPU8.byteLength,
);

const openjph = codecModule(
  "HTJ2K",
  async () => (await import("@cornerstonejs/codec-openjph/wasmjs")).default(quietly),
  (module) => module.HEAPU8.byteLength,
);

/**
 * JPEG 2000 (PS3.5 A.4.4), halved as often as is asked for and the stream has decompositions: each halving leaves out
 * the finest wavelets and three quarters of the time. Throws CORRUPT_STREAM.
 */
export async function decodeJpeg2000(bytes: Uint8Array, image: ImagePixel, halvings: 0 | 1 | 2): Promise<StoredFrame> {
  const stream = openStream("JPEG 2000", bytes, image);
  return openjpeg.use(({ J2KDecoder }) => {
    const decoder = new J2KDecoder();
    const frame = decode("JPEG 2000", decoder, stream, image, halvings, (level) =>
      // Layer 0: all of them.
      decoder.decodeSubResolution(level, 0),
    );
    decoder.delete();
    return frame;
  });
}

/** High-Throughput JPEG 2000 (PS3.5 A.4.8), as `decodeJpeg2000`. */
export async function decodeHtj2k(bytes: Uint8Array, image: ImagePixel, halvings: 0 | 1 | 2): Promise<StoredFrame> {
  const stream = openStream("HTJ2K", bytes, image);
  return openjph.use(({ HTJ2KDecoder }) => {
    const decoder = new HTJ2KDecoder();
    const frame = decode("HTJ2K", decoder, stream, image, halvings, (level) => decoder.decodeSubResolution(level));
    decoder.delete();
    return frame;
  });
}

function openStream(kind: string, bytes: Uint8Array, image: ImagePixel): Uint8Array {
  const stream = withoutJp2Boxes(bytes);
  expectSameImage(kind, readJpeg2000Header(stream), image);
  return stream;
}

function decode(
  kind: string,
  decoder: WaveletDecoder,
  stream: Uint8Array,
  image: ImagePixel,
  halvings: 0 | 1 | 2,
  run: (level: number) => void,
): StoredFrame {
  decoder.getEncodedBuffer(stream.byteLength).set(stream);
  decoder.readHeader();
  const reduction = Math.min(halvings, decoder.getNumDecompositions()) as 0 | 1 | 2;
  run(reduction);
  const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
  const rows = Math.ceil(image.rows / 2 ** reduction);
  const columns = Math.ceil(image.columns / 2 ** reduction);
  if (componentCount !== 1) throw corrupt(kind, `decodes to ${componentCount} components`);
  // The frame is described as whole by one codec and as reduced by the other; the bytes tell.
  const decoded = decoder.getDecodedBuffer();
  const whole = width === image.columns && height === image.rows;
  if (!whole && (width !== columns || height !== rows)) throw corrupt(kind, `decodes to ${height} x ${width} pixels`);
  return { rows, columns, words: takeWords(kind, decoded, rows * columns, bitsPerSample), reduction };
}
