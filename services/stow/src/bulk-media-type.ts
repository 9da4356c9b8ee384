import { TransferSyntax } from "@redspot/dicom";
import type { MediaType } from "@redspot/dicomweb";

/** Bulk data that is not compressed (PS3.18 Table 8.7.3-4). */
export const UNCOMPRESSED = "application/octet-stream";

/**
 * Media types of compressed frames, and in which transfer syntaxes they can be (PS3.18 Table 8.7.3-5): the first is that of
 * a frame that says nothing more.
 */
export const COMPRESSED: Readonly<Record<string, readonly string[]>> = {
  "image/jpeg": [
    TransferSyntax.JPEGLosslessSV1,
    TransferSyntax.JPEGBaseline8Bit,
    TransferSyntax.JPEGExtended12Bit,
    TransferSyntax.JPEGLossless,
  ],
  "image/dicom-rle": [TransferSyntax.RLELossless],
  "image/jls": [TransferSyntax.JPEGLSLossless, TransferSyntax.JPEGLSNearLossless],
  "image/jp2": [TransferSyntax.JPEG2000Lossless, TransferSyntax.JPEG2000],
  "image/jpx": ["1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93"],
  "image/jphc": [TransferSyntax.HTJ2KLossless, TransferSyntax.HTJ2KLosslessRPCL, TransferSyntax.HTJ2K],
  "video/mpeg2": ["1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.101"],
  "video/mp4": [102, 103, 104, 105, 106].map((last) => `1.2.840.10008.1.2.4.${last}`),
  "video/h265": ["1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108"],
};

/** The transfer syntax of pixel data that comes as bulk data of a media type; undefined where it is in none. */
export function transferSyntaxOf({ essence, parameters }: MediaType): string | undefined {
  const said = parameters.get("transfer-syntax");
  if (essence === UNCOMPRESSED) {
    const uid = said ?? TransferSyntax.ExplicitVRLittleEndian;
    const isFrame = Object.values(COMPRESSED).some((uids) => uids.includes(uid));
    return uid === TransferSyntax.ExplicitVRLittleEndian || isFrame ? uid : undefined;
  }
  const possible = COMPRESSED[essence];
  return said === undefined ? possible?.[0] : possible?.find((uid) => uid === said);
}
