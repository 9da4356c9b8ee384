import type { DataSet, Element } from "@redspot/dicom";
import { items, number, tagOf, text } from "@redspot/dicom";
import { DicomWebError } from "./dicom-web-error.ts";
import { failureClassOf } from "./failure-reason.ts";

/** An instance that was stored, perhaps with a Warning Reason (0008,1196). */
export interface StoredInstance {
  sopClassUID: string;
  sopInstanceUID: string;
  warningReason?: number;
}

/** An instance that was not stored, and why (0008,1197). Without UIDs it is a part that no instance was made out in. */
export interface FailedInstance {
  sopClassUID?: string;
  sopInstanceUID?: string;
  failureReason: number;
}

/** What became of the instances of one Store transaction, in the order in which they came. */
export interface StoreOutcomes {
  stored: readonly StoredInstance[];
  failed: readonly FailedInstance[];
}

/** The Store Instances Response Module (PS3.18 Table I.2-1) as DICOM JSON, and the status that goes with it. */
export interface StoreResponse {
  status: 200 | 202 | 400 | 409 | 503;
  body: Record<string, Element>;
}

/**
 * The answer to a Store transaction. Redspot offers no retrieval, so the Retrieve URLs (type 2) are empty; sequences
 * that would have no item are left out (type 1C).
 */
export function storeResponse({ stored, failed }: StoreOutcomes): StoreResponse {
  const named = failed.filter((one) => one.sopClassUID !== undefined && one.sopInstanceUID !== undefined);
  const others = failed.filter((one) => !named.includes(one));
  return {
    status: statusOf({ stored, failed }),
    body: {
      [tagOf("RetrieveURL")]: { vr: "UR" },
      ...sequence(
        "FailedSOPSequence",
        named.map((one) => ({ ...reference(one), ...reason("FailureReason", one.failureReason) })),
      ),
      ...sequence(
        "ReferencedSOPSequence",
        stored.map((one) => ({
          ...reference(one),
          [tagOf("RetrieveURL")]: { vr: "UR" },
          ...(one.warningReason === undefined ? {} : reason("WarningReason", one.warningReason)),
        })),
      ),
      ...sequence(
        "OtherFailuresSequence",
        others.map((one) => reason("FailureReason", one.failureReason)),
      ),
    },
  };
}

/** 200 all stored; 202 some failed or warned; where nothing is stored what the reasons ask for, 409 where they differ. */
function statusOf({ stored, failed }: StoreOutcomes): StoreResponse["status"] {
  if (stored.length > 0) {
    return failed.length === 0 && stored.every(({ warningReason }) => warningReason === undefined) ? 200 : 202;
  }
  const statuses = new Set(failed.map(({ failureReason }) => failureClassOf(failureReason).status));
  const [only = 400, ...more] = statuses;
  return more.length === 0 ? only : 409;
}

function sequence(keyword: string, content: DataSet[]): DataSet {
  return content.length === 0 ? {} : { [tagOf(keyword)]: { vr: "SQ", Value: content } };
}

function reference({ sopClassUID, sopInstanceUID }: { sopClassUID?: string; sopInstanceUID?: string }): DataSet {
  return {
    [tagOf("ReferencedSOPClassUID")]: { vr: "UI", Value: [sopClassUID] },
    [tagOf("ReferencedSOPInstanceUID")]: { vr: "UI", Value: [sopInstanceUID] },
  };
}

function reason(keyword: "FailureReason" | "WarningReason", value: number): DataSet {
  return { [tagOf(keyword)]: { vr: "US", Value: [value] } };
}

/**
 * Reads the body of a Store response. Tolerant: sequences and UIDs may be missing, as they are with some archives.
 * Throws DicomWebError BAD_RESPONSE where it is no DICOM JSON.
 */
export function parseStoreResponse(json: string): StoreOutcomes {
  const body = parseDicomJson(json)[0] ?? {};
  return {
    stored: items(body, "ReferencedSOPSequence").map((item) => {
      const warningReason = number(item, "WarningReason");
      return {
        sopClassUID: text(item, "ReferencedSOPClassUID") ?? "",
        sopInstanceUID: text(item, "ReferencedSOPInstanceUID") ?? "",
        ...(warningReason === undefined ? {} : { warningReason }),
      };
    }),
    failed: [...items(body, "FailedSOPSequence"), ...items(body, "OtherFailuresSequence")].map((item) => {
      const sopClassUID = text(item, "ReferencedSOPClassUID");
      const sopInstanceUID = text(item, "ReferencedSOPInstanceUID");
      return {
        ...(sopClassUID === undefined ? {} : { sopClassUID }),
        ...(sopInstanceUID === undefined ? {} : { sopInstanceUID }),
        failureReason: number(item, "FailureReason") ?? 0x0110,
      };
    }),
  };
}

/** Data sets of the DICOM JSON Model (PS3.18 F.2): one, or an array of them. Throws DicomWebError BAD_RESPONSE. */
export function parseDicomJson(json: string): DataSet[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new DicomWebError("BAD_RESPONSE", `the peer's answer of ${json.length} characters is no JSON`);
  }
  const list = Array.isArray(parsed) ? parsed : [parsed];
  if (!list.every(isDataSet)) {
    throw new DicomWebError("BAD_RESPONSE", "the peer's answer is JSON, but not of the DICOM JSON Model (PS3.18 F.2)");
  }
  return list;
}

function isDataSet(value: unknown): value is DataSet {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([tag, element]) =>
      /^[0-9A-F]{8}$/.test(tag) &&
      typeof element === "object" &&
      element !== null &&
      typeof element.vr === "string" &&
      (element.Value === undefined || (Array.isArray(element.Value) && nestedAreDataSets(element))),
  );
}

function nestedAreDataSets({ vr, Value }: { vr: string; Value: unknown[] }): boolean {
  return vr !== "SQ" || Value.every(isDataSet);
}
