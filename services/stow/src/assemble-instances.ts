import {
  type BulkBytes,
  type BulkValue,
  type DataSet,
  DicomError,
  dataSetOf,
  encodePart10,
  isUid,
  readDicomJson,
  readNativeDicomModel,
  TransferSyntax,
  tagOf,
  text,
} from "@redspot/dicom";
import { ByteSource, MultipartError, type Part, parseMediaType } from "@redspot/dicomweb";
import { type Spool, SpoolError } from "@redspot/spool";
import { transferSyntaxOf } from "./bulk-media-type.ts";
import { type BulkPart, BulkParts } from "./bulk-parts.ts";
import { InstanceFailure, RequestFailure } from "./failures.ts";
import { JPEG_HEADER_BYTES, type JpegHeader, readJpegHeader } from "./jpeg-header.ts";
import { failureOf, type RefusedInstance } from "./receive-instance.ts";
import type { MetadataType } from "./store-request.ts";

/** Metadata is held in memory: of all instances of a request, no more than this. What is larger goes as bulk data. */
export const MOST_METADATA_BYTES = 4 * 1024 * 1024;

/** Of all requests that are under way: as objects it takes many times as much. */
const MOST_METADATA_BYTES_AT_A_TIME = 16 * 1024 * 1024;

export interface AssemblyRules {
  /** What the metadata is written in. */
  type: MetadataType;
  maxInstanceBytes: number;
  /** Of all instances together: one piece of bulk data can be named by as many as there are. */
  maxRequestBytes: number;
  maxParts: number;
}

/**
 * Puts instances together from metadata and bulk data (PS3.18 10.5.2, 8.6.1.2): every instance comes out as the part that it
 * would have been as a DICOM file, in Explicit VR Little Endian or the transfer syntax of its frames. Bulk data waits on
 * disk until all has come in, as it may come in any order; what is wrong with one instance is its own failure.
 *
 * Throws what the parts throw, once all that came before has come out; and BUSY where other requests' metadata takes all
 * the memory that there is for it.
 */
export async function* assembleInstances(
  parts: AsyncIterable<Part>,
  spool: Spool,
  rules: AssemblyRules,
): AsyncGenerator<Part | RefusedInstance> {
  const bulk = new BulkParts();
  const metadata = new Metadata(rules);
  let broken: MultipartError | undefined;
  try {
    try {
      for await (const part of parts) yield* refusals(() => takePart(part, { bulk, metadata, spool, rules }));
    } catch (error) {
      if (!(error instanceof MultipartError)) throw error;
      broken = error;
    }
    const room = { bytes: rules.maxRequestBytes };
    for (const dataSet of metadata.dataSets) yield await assembled(dataSet, bulk, room);
    for (let left = bulk.unclaimed; left > 0; left -= 1) {
      yield { failure: new InstanceFailure("UNCLAIMED_BULK_DATA"), named: {} };
    }
    if (broken !== undefined) throw broken;
  } finally {
    metadata.close();
    await bulk.remove();
  }
}

async function* refusals(take: () => Promise<void>): AsyncGenerator<RefusedInstance> {
  try {
    await take();
  } catch (error) {
    if (error instanceof MultipartError) throw error;
    yield { failure: failureOf(error), named: {} };
  }
}

interface Taking {
  bulk: BulkParts;
  metadata: Metadata;
  spool: Spool;
  rules: AssemblyRules;
}

async function takePart(part: Part, { bulk, metadata, spool, rules }: Taking): Promise<void> {
  if (part.problem !== undefined) throw new InstanceFailure("BAD_PART_HEADER");
  if (parseMediaType(part.headers.get("content-type"))?.essence === rules.type) return metadata.take(part);
  return bulk.take(part, spool, rules.maxInstanceBytes);
}

/** The data sets of a request, without their bulk data. */
class Metadata {
  static #bytesOfAll = 0;
  readonly dataSets: DataSet[] = [];
  readonly #rules: AssemblyRules;
  /** Of what was read, and of all that has come. */
  #bytes = 0;
  #came = 0;

  constructor(rules: AssemblyRules) {
    this.#rules = rules;
  }

  async take({ body }: Part): Promise<void> {
    const chunks: Uint8Array[] = [];
    let bytes = this.#bytes;
    for await (const chunk of body) {
      this.#hold(chunk.byteLength);
      bytes += chunk.byteLength;
      if (bytes > MOST_METADATA_BYTES) {
        throw new InstanceFailure("INSTANCE_TOO_LARGE", `metadata of more than ${MOST_METADATA_BYTES} bytes`);
      }
      // Copied: a chunk is a view on much more memory, which would be held as long.
      chunks.push(Uint8Array.from(chunk));
    }
    const room = this.#rules.maxParts - this.dataSets.length;
    const found = this.#read(Buffer.concat(chunks), room + 1);
    this.#bytes = bytes;
    this.dataSets.push(...found.slice(0, room));
    if (found.length > room) throw new InstanceFailure("TOO_MANY_PARTS");
  }

  #hold(bytes: number): void {
    if (Metadata.#bytesOfAll + bytes > MOST_METADATA_BYTES_AT_A_TIME) throw new RequestFailure("BUSY");
    Metadata.#bytesOfAll += bytes;
    this.#came += bytes;
  }

  /** Leaves its room to others. */
  close(): void {
    Metadata.#bytesOfAll -= this.#came;
    this.#came = 0;
  }

  #read(bytes: Uint8Array, most: number): DataSet[] {
    try {
      if (this.#rules.type === "application/dicom+xml") return [readNativeDicomModel(decodeXml(bytes))];
      const json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
      // One part holds them all, in an array (PS3.18 10.5.2); one alone is taken too.
      return (Array.isArray(json) ? json.slice(0, most) : [json]).map((one) => readDicomJson(one));
    } catch (error) {
      throw new InstanceFailure(
        "BAD_METADATA",
        error instanceof DicomError ? error.message : "the metadata cannot be parsed",
      );
    }
  }
}

/** XML says its encoding in its first line, in ASCII; UTF-8 where it does not. */
function decodeXml(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 100)).toString("latin1");
  const [, encoding = "utf-8"] = /^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["']([\w.:-]+)["']/.exec(head) ?? [];
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

/** Bulk data that goes into one value, one part after the other. */
interface BulkSequence extends BulkBytes {
  parts: readonly BulkPart[];
}

async function assembled(dataSet: DataSet, bulk: BulkParts, room: { bytes: number }): Promise<Part | RefusedInstance> {
  try {
    const pixels = pixelParts(dataSet, bulk);
    const header = await jpegHeader(pixels);
    const transferSyntaxUID = pixelSyntax(pixels, header);
    const whole = { ...(header === undefined ? {} : imagePixel(dataSet, header, pixels.length)), ...dataSet };
    const pieces = encodePart10<BulkSequence>(whole, {
      transferSyntaxUID,
      bulkData: (uri) => bulkValue(bulk.find(uri), pixels, transferSyntaxUID),
    });
    room.bytes -= pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (room.bytes < 0) throw new InstanceFailure("INSTANCE_TOO_LARGE", "more than one request may hold, put together");
    return { headers: new Map([["content-type", "application/dicom"]]), body: ByteSource.from(bytesOf(pieces)) };
  } catch (error) {
    const failure = error instanceof DicomError ? new InstanceFailure("BAD_METADATA", error.message) : failureOf(error);
    return { failure, named: namesOf(dataSet) };
  }
}

function pixelParts(dataSet: DataSet, bulk: BulkParts): BulkPart[] {
  const uri = dataSet[tagOf("PixelData")]?.BulkDataURI;
  return uri === undefined ? [] : bulk.find(uri);
}

/** JPEG has many processes under one media type: the stream itself says which, as a file would. */
async function jpegHeader([first]: readonly BulkPart[]): Promise<JpegHeader | undefined> {
  if (first?.mediaType.essence !== "image/jpeg") return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of first.data.chunks({ most: JPEG_HEADER_BYTES })) chunks.push(chunk);
  return readJpegHeader(Buffer.concat(chunks));
}

function pixelSyntax([first]: readonly BulkPart[], header: JpegHeader | undefined): string {
  if (first === undefined) return TransferSyntax.ExplicitVRLittleEndian;
  const uid = header?.transferSyntaxUID ?? transferSyntaxOf(first.mediaType);
  if (uid === undefined) {
    throw new InstanceFailure("TRANSFER_SYNTAX", "pixel data of a media type that no transfer syntax taken has");
  }
  return uid;
}

/** The Image Pixel Description Macro, which may be left out where the stream has it (PS3.18 10.5.2, PS3.3 C.7.6.3). */
function imagePixel(dataSet: DataSet, header: JpegHeader, frames: number): DataSet {
  if (dataSet[tagOf("Rows")] !== undefined) return {};
  const { rows, columns, components, precision, transferSyntaxUID } = header;
  const isLossy = transferSyntaxUID === TransferSyntax.JPEGBaseline8Bit;
  const colour = isLossy ? "YBR_FULL_422" : "RGB";
  return dataSetOf({
    SamplesPerPixel: components,
    PhotometricInterpretation: components === 1 ? "MONOCHROME2" : colour,
    ...(components === 1 ? {} : { PlanarConfiguration: 0 }),
    ...(frames > 1 ? { NumberOfFrames: String(frames) } : {}),
    Rows: rows,
    Columns: columns,
    BitsAllocated: precision <= 8 ? 8 : 16,
    BitsStored: precision,
    HighBit: precision - 1,
    PixelRepresentation: 0,
  });
}

function bulkValue(
  parts: readonly BulkPart[],
  pixels: readonly BulkPart[],
  transferSyntaxUID: string,
): BulkValue<BulkSequence> {
  if (parts.length === 0) throw new InstanceFailure("MISSING_BULK_DATA");
  const isFrames = parts[0] === pixels[0] && transferSyntaxUID !== TransferSyntax.ExplicitVRLittleEndian;
  return isFrames ? { frames: parts.map((part) => sequenceOf([part])) } : { native: sequenceOf(parts) };
}

function sequenceOf(parts: readonly BulkPart[]): BulkSequence {
  return { parts, byteLength: parts.reduce((sum, { data }) => sum + data.byteLength, 0) };
}

async function* bytesOf(pieces: readonly (Uint8Array | BulkSequence)[]): AsyncGenerator<Uint8Array> {
  try {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece;
      else for (const { data } of piece.parts) yield* data.chunks();
    }
  } catch (error) {
    throw error instanceof SpoolError ? failureOf(error) : error;
  }
}

function namesOf(dataSet: DataSet): RefusedInstance["named"] {
  const [sopClassUID, sopInstanceUID] = [text(dataSet, "SOPClassUID"), text(dataSet, "SOPInstanceUID")];
  return {
    ...(sopClassUID !== undefined && isUid(sopClassUID) ? { sopClassUID } : {}),
    ...(sopInstanceUID !== undefined && isUid(sopInstanceUID) ? { sopInstanceUID } : {}),
  };
}
