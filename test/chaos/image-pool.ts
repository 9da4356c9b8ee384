import { createHash } from "node:crypto";
import { type DataSet, dataSetOf, number, writePart10 } from "@redspot/dicom";
import { makeStudy, type StudyOptions } from "@redspot/phantom";

/** What must become of an instance, whatever happens on its way. */
export type Expected =
  | { readonly analysed: true; readonly fracture: boolean }
  | { readonly analysed: false; readonly reason: string };

/** A DICOM object from which any number can be made that differ in their UIDs alone. */
export interface Template {
  readonly name: string;
  readonly isImage: boolean;
  readonly sopClassUID: string;
  readonly expected: Expected;
  /** The object under other UIDs, as a DICOM file (PS3.10). */
  stamp(uids: InstanceUids): Buffer;
}

interface InstanceUids {
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly sopInstanceUID: string;
}

/** So small that a network's link, a disk and a processor's two cores carry thousands; the network sees 299 x 299 of any. */
const matrix = { rows: 256, columns: 176 };
const lateral = { views: ["lateral"], imageClass: "CR", matrix } as const;
const LATERALS = 8;

export interface ImagePool {
  readonly laterals: readonly Template[];
  readonly frontal: Template;
  readonly child: Template;
  /** Less pixel data than its header says. */
  readonly short: Template;
  /** A structured report, as a PACS pushes it along. */
  readonly document: Template;
}

/** Makes every kind of object once; the same seed gives the same ones. */
export function makeImagePool(seed: number): ImagePool {
  const phantom = (options: Partial<StudyOptions>) => makeStudy({ seed, ...lateral, ...options }).instances[0]!.dataSet;
  const wrist = (index: number) => {
    const fracture = index % 2 === 1;
    const dataSet = phantom({ seed: seed * 100 + index, fracture: fracture && { severity: 1 } });
    return template(`lateral ${index + 1}`, dataSet, { analysed: true, fracture });
  };
  const passedOver = (reason: string): Expected => ({ analysed: false, reason });
  const whole = phantom({ seed: seed * 100 + 90 });
  return {
    laterals: Array.from({ length: LATERALS }, (_, index) => wrist(index)),
    frontal: template("frontal", phantom({ exclusion: "ap-view", views: ["pa"] }), passedOver("NOT_LATERAL")),
    child: template("child", phantom({ exclusion: "open-growth-plates" }), passedOver("OPEN_GROWTH_PLATES")),
    short: template(
      "short",
      { ...whole, ...dataSetOf({ Rows: 2 * (number(whole, "Rows") ?? 0) }) },
      passedOver("PIXEL_DATA_TOO_SHORT"),
    ),
    document: template(
      "document",
      dataSetOf({
        SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.11",
        Modality: "SR",
        PatientName: "PHANTOM^DOCUMENT",
        PatientID: "PHANTOM-DOCUMENT",
        CompletionFlag: "COMPLETE",
        VerificationFlag: "UNVERIFIED",
      }),
      passedOver("NO_IMAGE"),
      false,
    ),
  };
}

const PLACES: InstanceUids = {
  studyInstanceUID: uidFrom("place of the study"),
  seriesInstanceUID: uidFrom("place of the series"),
  sopInstanceUID: uidFrom("place of the instance"),
};

function template(name: string, dataSet: DataSet, expected: Expected, isImage = true): Template {
  const { studyInstanceUID, seriesInstanceUID, sopInstanceUID } = PLACES;
  const file = Buffer.from(
    writePart10({
      ...dataSet,
      ...dataSetOf({
        StudyInstanceUID: studyInstanceUID,
        SeriesInstanceUID: seriesInstanceUID,
        SOPInstanceUID: sopInstanceUID,
      }),
    }),
  );
  const places = (Object.keys(PLACES) as (keyof InstanceUids)[]).flatMap((which) => {
    const found: { which: keyof InstanceUids; at: number }[] = [];
    for (let at = file.indexOf(PLACES[which]); at !== -1; at = file.indexOf(PLACES[which], at + 1)) {
      found.push({ which, at });
    }
    return found;
  });
  const sopClass = Object.values(dataSet).find(({ Value }) =>
    String(Value?.[0]).startsWith("1.2.840.10008.5.1.4.1.1."),
  );
  return {
    name,
    isImage,
    sopClassUID: String(sopClass?.Value?.[0]),
    expected,
    stamp(uids) {
      const copy = Buffer.from(file);
      for (const { which, at } of places) copy.write(uids[which], at, "latin1");
      return copy;
    },
  };
}

/** A UID of always 44 characters under the UUID root (PS3.5 B.2), the same for the same names. */
export function uidFrom(...names: (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(names)).digest("hex");
  return `2.25.1${BigInt(`0x${digest}`).toString().padStart(78, "0").slice(-38)}`;
}
