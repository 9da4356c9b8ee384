import type { ImagePixel } from "../image-pixel.ts";
import { PixelError } from "../pixel-error.ts";

/** What a compressed stream says of itself. */
export interface StreamHeader {
  rows: number;
  columns: number;
  components: number;
  /** Bits a sample. */
  precision: number;
}

/** What a JPEG or JPEG-LS stream says of itself. */
export interface JpegHeader extends StreamHeader {
  /** The marker's second byte, which tells the process: 0xC3 is lossless. */
  marker: number;
}

/**
 * The frame header of a JPEG or JPEG-LS stream (ITU-T T.81 B.2.2, T.87 C.2.2): the first SOF0 to SOF15 or SOF55.
 * Throws CORRUPT_STREAM.
 */
export function readJpegHeader(stream: Uint8Array): JpegHeader {
  if (stream[0] !== 0xff || stream[1] !== 0xd8) throw corrupt("JPEG", "does not begin with SOI");
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  for (let at = 2; at + 4 <= stream.byteLength; ) {
    if (stream[at] !== 0xff) throw corrupt("JPEG", `has no marker at byte ${at}`);
    const marker = stream[at + 1]!;
    if (marker === 0xff) {
      at++; // A fill byte (T.81 B.1.1.2).
      continue;
    }
    // 0xC4 DHT, 0xC8 JPG and 0xCC DAC lie in the range of the frame headers and are none.
    const isFrame = (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7;
    if (isFrame && at + 10 <= stream.byteLength) {
      return {
        marker,
        precision: stream[at + 4]!,
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: stream[at + 9]!,
      };
    }
    if (marker === 0xda || marker === 0xd9) break;
    at += 2 + view.getUint16(at + 2);
  }
  throw corrupt("JPEG", "has no frame header");
}

/** What a JPEG 2000 or HTJ2K codestream says of itself. */
export interface Jpeg2000Header extends StreamHeader {
  /** How often the stream can be halved. */
  halvings: number;
}

/**
 * The SIZ segment of a JPEG 2000 codestream (ITU-T T.800 A.5.1), which comes first, and the decomposition levels of its
 * COD segment (A.6.1). Throws CORRUPT_STREAM.
 */
export function readJpeg2000Header(codestream: Uint8Array): Jpeg2000Header {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  if (codestream.byteLength < 44 || view.getUint32(0) !== 0xff4fff51) {
    throw corrupt("JPEG 2000", "does not begin with SOC and SIZ");
  }
  const [left, top] = [view.getUint32(16), view.getUint32(20)];
  return {
    rows: view.getUint32(12) - top,
    columns: view.getUint32(8) - left,
    components: view.getUint16(40),
    precision: (codestream[42]! & 0x7f) + 1,
    // An image that does not begin at the origin of its grid has other sizes when halved (B.5): it is decoded whole.
    halvings: left === 0 && top === 0 ? readDecompositions(codestream, view) : 0,
  };
}

function readDecompositions(codestream: Uint8Array, view: DataView): number {
  for (let at = 4 + view.getUint16(4); at + 10 <= codestream.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === 0xff52) return codestream[at + 9]!;
    if (marker === 0xff90 || marker < 0xff00) break;
  }
  throw corrupt("JPEG 2000", "has no COD segment");
}

/**
 * The JPEG 2000 codestream itself, without the boxes of a JP2 file: PS3.5 A.4.4 forbids them, some senders keep them.
 */
export function withoutJp2Boxes(stream: Uint8Array): Uint8Array {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (stream.byteLength < 12 || view.getUint32(4) !== 0x6a502020) return stream;
  for (let at = 0; at + 8 <= stream.byteLength; ) {
    const length = view.getUint32(at);
    const isLast = length === 0;
    if (view.getUint32(at + 4) === 0x6a703263) return stream.subarray(at + 8, isLast ? undefined : at + length);
    if (isLast || length < 8) break;
    at += length;
  }
  return stream;
}

/** Throws CORRUPT_STREAM unless the stream is of the image that the Image Pixel module describes. */
export function expectSameImage(kind: string, stream: StreamHeader, image: ImagePixel): void {
  if (stream.rows !== image.rows || stream.columns !== image.columns) {
    throw corrupt(
      kind,
      `is of ${stream.rows} x ${stream.columns} pixels where the header says ${image.rows} x ${image.columns}`,
    );
  }
  if (stream.components !== 1) throw corrupt(kind, `has ${stream.components} components where the header says 1`);
  if (!(stream.precision >= 1 && stream.precision <= image.bitsAllocated)) {
    throw corrupt(kind, `has ${stream.precision} bits a sample where the header allocates ${image.bitsAllocated}`);
  }
}

/** A stream's last bytes may be followed by padding to even length (PS3.5 A.4) and, from some senders, by more. */
const TRAILER = 1024;

/**
 * Throws CORRUPT_STREAM unless the stream ends with its end marker, EOI of JPEG or EOC of JPEG 2000, both FFD9.
 * Decoders make up what a cut stream lacks, in grey; no entropy-coded data has these two bytes (T.81 B.1.1.5, T.800
 * A.1).
 */
export function expectEnd(kind: string, stream: Uint8Array): void {
  for (let at = stream.byteLength - 2; at >= Math.max(0, stream.byteLength - TRAILER); at--) {
    if (stream[at] === 0xff && stream[at + 1] === 0xd9) return;
  }
  throw corrupt(kind, "is cut short: it has no end marker");
}

const LOSSLESS = 0xc3;

/**
 * Throws CORRUPT_STREAM where a JPEG stream is too short for its image: a lossless pixel takes a bit at the least, a block
 * of 8 x 8 two (ITU-T T.81 F.1.2, H.1.2). The decoder would make up the rest, as many pixels as the header asks for.
 */
export function expectEnoughJpeg(stream: Uint8Array, { rows, columns, marker }: JpegHeader): void {
  const leastBits = marker === LOSSLESS ? rows * columns : 2 * Math.ceil(rows / 8) * Math.ceil(columns / 8);
  if (8 * stream.byteLength >= leastBits) return;
  throw corrupt("JPEG", `has ${stream.byteLength} bytes, too few for ${rows} x ${columns} pixels`);
}

/**
 * Throws CORRUPT_STREAM unless each tile of a JPEG 2000 codestream has a tile-part (ITU-T T.800 A.4.2, B.3): the decoder
 * would give black for those that have none, and there may be as many as the header asks for.
 */
export function expectAllTiles(kind: string, codestream: Uint8Array): void {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  const along = (end: number, start: number, size: number) =>
    Math.ceil((view.getUint32(end) - view.getUint32(start)) / size);
  const tiles = along(8, 32, view.getUint32(24)) * along(12, 36, view.getUint32(28));
  if (!(tiles >= 1 && tiles <= MOST_TILES)) throw corrupt(kind, `has ${tiles} tiles, more than there may be`);
  const found = new Set<number>();
  let at = 4 + view.getUint16(4);
  while (at + 4 <= codestream.byteLength && view.getUint16(at) !== SOT) at += 2 + view.getUint16(at + 2);
  while (at + 12 <= codestream.byteLength && view.getUint16(at) === SOT) {
    found.add(view.getUint16(at + 4));
    const length = view.getUint32(at + 6);
    // 0: the last tile-part, up to the end of the codestream.
    at += length === 0 ? codestream.byteLength : Math.max(length, 12);
  }
  if (found.size < tiles) throw corrupt(kind, `has ${found.size} of its ${tiles} tiles`);
}

const SOT = 0xff90;

/** Tiles are numbered in 16 bits (ITU-T T.800 A.4.2). */
const MOST_TILES = 65_535;

/** A CORRUPT_STREAM error about a stream of the given kind. */
export function corrupt(kind: string, what: string): PixelError {
  return new PixelError("CORRUPT_STREAM", `the ${kind} stream ${what}`);
}
