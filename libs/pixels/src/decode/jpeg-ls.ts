import type { ImagePixel } from "../image-pixel.ts";
import type { StoredFrame } from "./stored-frame.ts";
import { expectEnd, expectSameImage, readJpegHeader } from "./stream-header.ts";
import { codecModule, quietly, takeWords } from "./wasm-module.ts";

const charls = codecModule(
  "JPEG-LS",
  async () => (await import("@cornerstonejs/codec-charls/decodewasmjs")).default(quietly()),
  (module) => module.HEAPU8.byteLength,
);

/** JPEG-LS, lossless and near-lossless (PS3.5 A.4.3). Throws CORRUPT_STREAM. */
export async function decodeJpegLs(stream: Uint8Array, image: ImagePixel): Promise<StoredFrame> {
  const header = readJpegHeader(stream);
  expectSameImage("JPEG-LS", header, image);
  expectEnd("JPEG-LS", stream);
  const { rows, columns } = image;
  return charls.use(({ JpegLSDecoder }) => {
    const decoder = new JpegLSDecoder();
    decoder.getEncodedBuffer(stream.byteLength).set(stream);
    decoder.decode();
    const words = takeWords("JPEG-LS", decoder.getDecodedBuffer(), rows * columns, header.precision);
    decoder.delete();
    return { rows, columns, words, reduction: 0 };
  });
}
