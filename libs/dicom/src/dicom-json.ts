import type { DataSet, Element } from "./data-set.ts";
import { DicomError } from "./dicom-error.ts";

/** How deep data sets may be nested: no object that is known goes beyond a dozen. */
export const MOST_DEPTH = 64;

/**
 * A data set of the DICOM JSON Model (PS3.18 F.2), already parsed as JSON. Inline binary values become bytes; bulk data
 * stays a URI. Throws MALFORMED, naming the tag and never a value.
 */
export function readDicomJson(json: unknown, depth = 0): DataSet {
  if (!isObject(json)) throw malformed("a data set is no object (PS3.18 F.2.1)");
  if (depth > MOST_DEPTH) throw malformed(`data sets are nested deeper than ${MOST_DEPTH}`);
  const dataSet: DataSet = {};
  for (const [tag, element] of Object.entries(json)) {
    if (!/^[0-9a-f]{8}$/i.test(tag)) throw malformed("an element is named by something that is no tag (PS3.18 F.2.2)");
    dataSet[tag.toUpperCase()] = readElement(tag, element, depth);
  }
  return dataSet;
}

function readElement(tag: string, element: unknown, depth: number): Element {
  if (!isObject(element) || typeof element.vr !== "string") throw malformed(`${tag} has no vr (PS3.18 F.2.2)`);
  const { vr, Value, InlineBinary, BulkDataURI } = element;
  if ([Value, InlineBinary, BulkDataURI].filter((one) => one !== undefined).length > 1) {
    throw malformed(`${tag} has more than one of Value, InlineBinary, BulkDataURI (PS3.18 F.2.2)`);
  }
  if (typeof BulkDataURI === "string") return { vr, BulkDataURI };
  if (typeof InlineBinary === "string") return { vr, Value: [bytesOfBase64(InlineBinary, tag)] };
  if (Value === undefined && InlineBinary === undefined && BulkDataURI === undefined) return { vr, Value: [] };
  if (!Array.isArray(Value) || (vr !== "SQ" && !Value.every(isPlain))) {
    throw malformed(`${tag} has a value of another form than its model (PS3.18 F.2.2)`);
  }
  return { vr, Value: vr === "SQ" ? Value.map((item) => readDicomJson(item ?? {}, depth + 1)) : Value };
}

/** Whether a value that is no item is text, a number, nothing, or a name of groups that are text (PS3.18 F.2.2). */
function isPlain(value: unknown): boolean {
  const isFlat = (one: unknown) => typeof one !== "object" || one === null;
  return isFlat(value) || (isObject(value) && Object.values(value).every(isFlat));
}

/** The bytes of an inline binary value (RFC 4648 4); white space between them means nothing. Throws MALFORMED. */
export function bytesOfBase64(text: string, tag: string): Uint8Array {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) {
    throw malformed(`${tag} has an inline binary value that is not base64 (RFC 4648 4)`);
  }
  return new Uint8Array(Buffer.from(digits, "base64"));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(problem: string): DicomError {
  return new DicomError("MALFORMED", problem);
}
