/** What a JPEG stream says of itself before its first scan ends its header (ITU-T T.81 B.2). */
export interface JpegHeader {
  transferSyntaxUID: string;
  rows: number;
  columns: number;
  components: number;
  /** Bits of a sample. */
  precision: number;
}

/** A scan header comes within so many bytes, but for streams with large application segments. */
export const JPEG_HEADER_BYTES = 256 * 1024;

const SOF0_BASELINE = 0xc0;
const SOF1_EXTENDED = 0xc1;
const SOF3_LOSSLESS = 0xc3;
const SOS = 0xda;
const WITHOUT_LENGTH = new Set([0x01, 0xd8, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7]);

/**
 * Reads the header of a JPEG stream, to know in which transfer syntax a frame is (PS3.5 A.4.1) whatever was said of it.
 * Undefined where the bytes are no JPEG, or JPEG in a process that no transfer syntax has.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: { process: number; at: number } | undefined;
  let at = 0;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (WITHOUT_LENGTH.has(marker)) at += 2;
    else {
      if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
        frame = { process: marker, at: at + 4 };
      if (marker === SOS) return frame && describe(view, frame, at + 4);
      at += 2 + view.getUint16(at + 2);
    }
  }
  return undefined;
}

function describe(view: DataView, frame: { process: number; at: number }, scanAt: number): JpegHeader | undefined {
  if (scanAt >= view.byteLength) return undefined;
  const predictorAt = scanAt + 1 + 2 * view.getUint8(scanAt);
  if (predictorAt >= view.byteLength) return undefined;
  const transferSyntaxUID = syntaxOf(frame.process, view.getUint8(predictorAt));
  if (transferSyntaxUID === undefined) return undefined;
  return {
    transferSyntaxUID,
    precision: view.getUint8(frame.at),
    rows: view.getUint16(frame.at + 1),
    columns: view.getUint16(frame.at + 3),
    components: view.getUint8(frame.at + 5),
  };
}

function syntaxOf(process: number, predictor: number): string | undefined {
  if (process === SOF0_BASELINE) return "1.2.840.10008.1.2.4.50";
  if (process === SOF1_EXTENDED) return "1.2.840.10008.1.2.4.51";
  if (process !== SOF3_LOSSLESS) return undefined;
  return predictor === 1 ? "1.2.840.10008.1.2.4.70" : "1.2.840.10008.1.2.4.57";
}
