import { dataSetOf, type Part10, TransferSyntax } from "@redspot/dicom";
import sharp from "sharp";

/** What a file is by its first bytes. */
export function kindOf(bytes: Uint8Array): "dicom" | "picture" | undefined {
  const starts = (...signature: number[]) => signature.every((byte, at) => bytes[at] === byte);
  if (starts(0xff, 0xd8, 0xff) || starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "picture";
  const isDicom = bytes.length > 132 && Buffer.from(bytes.subarray(128, 132)).toString("latin1") === "DICM";
  return isDicom ? "dicom" : undefined;
}

/** A difference between channels that compression does not make, and the share of pixels from which it is a colour. */
const COLOUR_DIFFERENCE = 40;
const COLOUR_SHARE = 0.0005;

/** As many pixels as libs/pixels reads. */
const MOST_PIXELS = 64 * 2 ** 20;

/**
 * A JPEG or PNG as a data set without anything but its pixels, so that it goes through the same preprocessing as a
 * radiograph from the PACS. "COLOUR" where it has colours, as a flag in red does, which grey would hide from a reader
 * and not from a network; undefined where it cannot be decoded.
 */
export async function readPicture(bytes: Uint8Array): Promise<Part10 | "COLOUR" | undefined> {
  const opened = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: "error" }).autoOrient();
  try {
    const { depth, channels: stored, hasAlpha } = await opened.metadata();
    const deep = depth === "ushort";
    const plain = hasAlpha ? opened.flatten({ background: "#000" }) : opened;
    // Otherwise 16 bits would become 8 on their way.
    const kept = deep ? plain.toColourspace(stored < 3 ? "grey16" : "rgb16") : plain;
    const { data, info } = await kept.raw({ depth: deep ? "ushort" : "uchar" }).toBuffer({ resolveWithObject: true });
    const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
    if (hasColour(samples, info.channels, deep)) return "COLOUR";
    const { width, height, channels } = info;
    const grey = samples.filter((_, at) => at % channels === 0);
    return greyImage(grey, height, width);
  } catch {
    return undefined;
  }
}

function hasColour(samples: Uint8Array | Uint16Array, channels: number, deep: boolean): boolean {
  if (channels < 3) return false;
  const most = COLOUR_DIFFERENCE * (deep ? 257 : 1);
  let coloured = 0;
  for (let at = 0; at < samples.length; at += channels) {
    const [r, g, b] = [samples[at]!, samples[at + 1]!, samples[at + 2]!];
    if (Math.max(r, g, b) - Math.min(r, g, b) > most) coloured++;
  }
  return coloured > (COLOUR_SHARE * samples.length) / channels;
}

function greyImage(grey: Uint8Array | Uint16Array, rows: number, columns: number): Part10 {
  const bits = 8 * grey.BYTES_PER_ELEMENT;
  return {
    meta: {},
    transferSyntaxUID: TransferSyntax.ExplicitVRLittleEndian,
    dataSet: dataSetOf({
      Rows: rows,
      Columns: columns,
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      BitsAllocated: bits,
      BitsStored: bits,
      HighBit: bits - 1,
      PixelRepresentation: 0,
      PixelData: new Uint8Array(grey.buffer, grey.byteOffset, grey.byteLength),
    }),
  };
}
