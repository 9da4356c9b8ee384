import type { Context, NativeCodecs } from "dcmjs-codecs";
import type { ImagePixel } from "../image-pixel.ts";
import type { StoredFrame } from "./stored-frame.ts";
import { corrupt, expectEnd, expectEnoughJpeg, expectSameImage, readJpegHeader } from "./stream-header.ts";
import { codecModule, takeWords } from "./wasm-module.ts";

interface JpegCodec {
  codecs: typeof NativeCodecs;
  Frame: typeof Context;
}

/**
 * The IJG library in 8, 12 and 16 bits, which decodes every JPEG process that DICOM uses. Its API is static: one module
 * in the process, initialised anew by `initializeAsync`.
 */
const jpeg = codecModule<JpegCodec>(
  "JPEG",
  async () => {
    const { default: package_ } = await import("dcmjs-codecs");
    await package_.NativeCodecs.initializeAsync();
    return { codecs: package_.NativeCodecs, Frame: package_.Context };
  },
  ({ codecs }) => memoryOf(codecs),
);

/** The package keeps its WebAssembly memory to itself; where a release has moved it, the module is simply kept. */
function memoryOf(codecs: object): number {
  const api = (codecs as { wasmApi?: { wasmMemory?: { buffer: ArrayBuffer } } }).wasmApi;
  return api?.wasmMemory?.buffer.byteLength ?? 0;
}

/**
 * JPEG baseline (process 1), extended with 12 bits (processes 2 and 4) and lossless (process 14 with any predictor)
 * (PS3.5 A.4.1, A.4.2). Throws CORRUPT_STREAM.
 */
export async function decodeJpeg(stream: Uint8Array, image: ImagePixel): Promise<StoredFrame> {
  const header = readJpegHeader(stream);
  expectSameImage("JPEG", header, image);
  expectEnd("JPEG", stream);
  expectEnoughJpeg(stream, header);
  const { rows, columns, bitsAllocated, signed } = image;
  return jpeg.use(({ codecs, Frame }) => {
    const context = new Frame({
      width: columns,
      height: rows,
      bitsAllocated,
      bitsStored: header.precision,
      samplesPerPixel: 1,
      pixelRepresentation: signed ? 1 : 0,
      planarConfiguration: 0,
      photometricInterpretation: image.photometric,
      encodedBuffer: stream,
    });
    const decoded = codecs.decodeJpeg(context).getDecodedBuffer();
    if (!decoded) throw corrupt("JPEG", "gives no pixels");
    return { rows, columns, words: takeWords("JPEG", decoded, rows * columns, header.precision), reduction: 0 };
  });
}
