import { binaries, type Part10, TransferSyntax, tagOf } from "@redspot/dicom";
import type { ImagePixel } from "../image-pixel.ts";
import { PixelError } from "../pixel-error.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodeJpegLs } from "./jpeg-ls.ts";
import { decodeNative } from "./native.ts";
import { decodeRle } from "./rle.ts";
import type { StoredFrame } from "./stored-frame.ts";
import { decodeHtj2k, decodeJpeg2000 } from "./wavelet.ts";

type Decoder = (bytes: Uint8Array, image: ImagePixel, halvings: 0 | 1 | 2) => StoredFrame | Promise<StoredFrame>;

const native: Decoder = (bytes, image) => decodeNative(bytes, image);

const DECODERS: Record<string, Decoder> = {
  [TransferSyntax.ImplicitVRLittleEndian]: native,
  [TransferSyntax.ExplicitVRLittleEndian]: native,
  [TransferSyntax.DeflatedExplicitVRLittleEndian]: native,
  [TransferSyntax.ExplicitVRBigEndian]: native,
  [TransferSyntax.RLELossless]: decodeRle,
  [TransferSyntax.JPEGBaseline8Bit]: decodeJpeg,
  [TransferSyntax.JPEGExtended12Bit]: decodeJpeg,
  [TransferSyntax.JPEGLossless]: decodeJpeg,
  [TransferSyntax.JPEGLosslessSV1]: decodeJpeg,
  [TransferSyntax.JPEGLSLossless]: decodeJpegLs,
  [TransferSyntax.JPEGLSNearLossless]: decodeJpegLs,
  [TransferSyntax.JPEG2000Lossless]: decodeJpeg2000,
  [TransferSyntax.JPEG2000]: decodeJpeg2000,
  [TransferSyntax.HTJ2KLossless]: decodeHtj2k,
  [TransferSyntax.HTJ2KLosslessRPCL]: decodeHtj2k,
  [TransferSyntax.HTJ2K]: decodeHtj2k,
};

/** The transfer syntaxes (PS3.6 table A-1) whose pixel data can be decoded. */
export const DECODABLE_TRANSFER_SYNTAXES: readonly string[] = Object.keys(DECODERS);

/**
 * Decodes the one frame of an instance. With `halvings`, JPEG 2000 and HTJ2K may be decoded at half or quarter
 * resolution. Throws UNSUPPORTED_TRANSFER_SYNTAX, NO_PIXEL_DATA, PIXEL_DATA_TOO_SHORT or CORRUPT_STREAM.
 */
export async function decodeFrame(part10: Part10, image: ImagePixel, halvings: 0 | 1 | 2 = 0): Promise<StoredFrame> {
  const decode = DECODERS[part10.transferSyntaxUID];
  if (!decode) {
    throw new PixelError(
      "UNSUPPORTED_TRANSFER_SYNTAX",
      `transfer syntax ${part10.transferSyntaxUID} cannot be decoded: send the instance in another (PS3.5 10)`,
    );
  }
  const bytes = joined(binaries(part10.dataSet, "PixelData"));
  if (bytes.byteLength === 0)
    throw new PixelError("NO_PIXEL_DATA", "there is no Pixel Data (7FE0,0010), or it is empty");
  if (part10.transferSyntaxUID === TransferSyntax.ExplicitVRBigEndian) {
    return decodeNative(bytes, image, part10.dataSet[tagOf("PixelData")]?.vr === "OW");
  }
  return await decode(bytes, image, halvings);
}

/** Without an offset table, a frame's fragments (PS3.5 A.4) come one by one; there is one frame, so all are its. */
function joined(fragments: Uint8Array[]): Uint8Array {
  return fragments.length === 1 ? fragments[0]! : Buffer.concat(fragments);
}
