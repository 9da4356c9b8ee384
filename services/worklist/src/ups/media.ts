import { randomBytes } from "node:crypto";
import { type DataSet, DicomError, readDicomJson, readNativeDicomModel, writeNativeDicomModel } from "@redspot/dicom";
import { parseMediaType, readMultipart } from "@redspot/dicomweb";
import Negotiator from "negotiator";
import { WorklistError } from "../worklist-error.ts";

const JSON_TYPE = "application/dicom+json";
const XML_TYPE = "application/dicom+xml";
const MULTIPART = "multipart/related";

/** What systems write that mean DICOM JSON or XML. */
const PLAIN: Record<string, string> = {
  "application/json": JSON_TYPE,
  "application/xml": XML_TYPE,
  "text/xml": XML_TYPE,
};

/**
 * The data set of a request's payload: DICOM JSON, alone or as an array of one, or a document of the Native DICOM Model,
 * alone or as the one part of a multipart body (PS3.18 11.1.3). Throws BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE.
 */
export async function readPayload(contentType: string | undefined, body: Buffer): Promise<DataSet> {
  const media = parseMediaType(contentType);
  const type = PLAIN[media?.essence ?? ""] ?? media?.essence;
  if (type === MULTIPART) {
    const boundary = media?.parameters.get("boundary") ?? "";
    const inner = media?.parameters.get("type")?.toLowerCase();
    if (boundary === "" || (inner !== undefined && inner !== XML_TYPE && inner !== JSON_TYPE)) throw unsupported();
    const part = await onlyPart(body, boundary);
    return read(inner ?? parseMediaType(part.type)?.essence ?? "", part.content);
  }
  return read(type ?? "", body);
}

async function onlyPart(body: Buffer, boundary: string): Promise<{ type: string | undefined; content: Buffer }> {
  try {
    const source = (async function* () {
      yield body;
    })();
    for await (const { headers, body: chunks } of readMultipart(source, boundary, { maxParts: 1 })) {
      return { type: headers.get("content-type"), content: Buffer.concat(await Array.fromAsync(chunks)) };
    }
  } catch {
    // Told below.
  }
  throw new WorklistError("BAD_REQUEST", "the multipart body does not have one part");
}

function read(type: string, content: Buffer): DataSet {
  if (type !== JSON_TYPE && type !== XML_TYPE) throw unsupported();
  try {
    if (type === XML_TYPE) return readNativeDicomModel(content.toString("utf8"));
    const parsed: unknown = JSON.parse(content.toString("utf8"));
    if (Array.isArray(parsed) && parsed.length !== 1) throw new WorklistError("BAD_REQUEST", "not one data set");
    return readDicomJson(Array.isArray(parsed) ? parsed[0] : parsed);
  } catch (error) {
    if (error instanceof WorklistError) throw error;
    // A parser's own message may repeat what it read.
    throw new WorklistError("BAD_REQUEST", error instanceof DicomError ? error.message : "the payload is no JSON");
  }
}

function unsupported(): WorklistError {
  return new WorklistError("UNSUPPORTED_MEDIA_TYPE", `${JSON_TYPE}, ${XML_TYPE}, ${MULTIPART}; type="${XML_TYPE}"`);
}

/** In what an answer is written. */
export type ResponseType = typeof JSON_TYPE | typeof XML_TYPE | typeof MULTIPART;

/**
 * In what the sender wants its answer, by the query parameter `accept` or the header field (PS3.18 8.7.5); DICOM JSON
 * where it says nothing. Throws NOT_ACCEPTABLE.
 */
export function responseTypeOf(header: string | undefined, parameter: unknown): ResponseType {
  const said = typeof parameter === "string" ? parameter : header;
  const accept = said?.replace(/;\s*(charset|transfer-syntax)\s*=\s*"?[^",;]*"?/gi, "").trim() ?? "";
  if (accept === "") return JSON_TYPE;
  // A type within quotes is nothing that q values are given to.
  const offered = [JSON_TYPE, MULTIPART, XML_TYPE, ...Object.keys(PLAIN)];
  const simple = accept.replace(/;\s*type\s*=\s*("[^"]*"|[^,;]*)/gi, "");
  const wanted = new Negotiator({ headers: { accept: simple } }).mediaType(offered);
  if (wanted === undefined) throw new WorklistError("NOT_ACCEPTABLE", `${JSON_TYPE}, ${XML_TYPE}`);
  return (PLAIN[wanted] ?? wanted) as ResponseType;
}

/** Data sets as an answer's body: JSON as an array, XML as one document or a multipart body of one part each. */
export function writePayload(dataSets: readonly DataSet[], type: ResponseType): { type: string; body: string } {
  if (type === JSON_TYPE) return { type, body: JSON.stringify(dataSets) };
  const [only] = dataSets;
  if (type === XML_TYPE && only !== undefined && dataSets.length === 1)
    return { type, body: writeNativeDicomModel(only) };
  const boundary = `redspot-${randomBytes(12).toString("hex")}`;
  const parts = dataSets.map(
    (dataSet) => `--${boundary}\r\nContent-Type: ${XML_TYPE}\r\n\r\n${writeNativeDicomModel(dataSet)}\r\n`,
  );
  return {
    type: `${MULTIPART}; type="${XML_TYPE}"; boundary=${boundary}`,
    body: `${parts.join("")}--${boundary}--\r\n`,
  };
}
