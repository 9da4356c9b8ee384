import { type DataSet, dataSetOf, tagOf } from "@redspot/dicom";
import type { Random } from "./random.ts";

/** What real senders leave out or write their own way. */
export type Oddity =
  | "no-view-position"
  | "no-view-codes"
  | "view-only-in-text"
  | "lower-case-body-part"
  | "vendor-body-part"
  | "no-body-part"
  | "no-age"
  | "no-laterality"
  | "no-window"
  | "several-windows"
  | "no-lut-shape";

/** Those that break a rule of PS3.3 or PS3.5, so that no checker can pass them: a code string in lower case, a CR image
 *  of a paired part that does not say which side. */
export const BREAKS_STANDARD: readonly Oddity[] = ["lower-case-body-part", "no-laterality"];

export const ODDITIES: readonly Oddity[] = [
  "no-view-position",
  "no-view-codes",
  "view-only-in-text",
  "lower-case-body-part",
  "vendor-body-part",
  "no-body-part",
  "no-age",
  "no-laterality",
  "no-window",
  "several-windows",
  "no-lut-shape",
];

/** Vendors' and hospitals' own words for body parts; all fit a code string. */
const OWN_WORDS: Record<string, readonly string[]> = {
  WRIST: ["HANDGELENK", "WRIST LAT", "POIGNET", "POLS", "MUNECA", "WRIST JOINT", "WRIST_LAT", "FOREARM WRIST"],
  HAND: ["HAND PA", "MAIN", "HANDS"],
  ANKLE: ["SPRUNGGELENK", "ANKLE LAT", "CHEVILLE"],
  KNEE: ["KNIE", "KNEE AP", "GENOU"],
  CHEST: ["THORAX", "CHEST PA", "LUNGE"],
};

/** The data set as a sender with these habits would have written it. What DX demands, DX senders keep. */
export function withOddities(dataSet: DataSet, oddities: readonly Oddity[], random: Random): DataSet {
  const odd: DataSet = { ...dataSet };
  const isDX = odd[tagOf("PresentationIntentType")] !== undefined;
  const bodyPart = String(odd[tagOf("BodyPartExamined")]?.Value?.[0] ?? "");
  const set = (content: Parameters<typeof dataSetOf>[0]) => Object.assign(odd, dataSetOf(content));
  const drop = (...keywords: string[]) => {
    for (const keyword of keywords) delete odd[tagOf(keyword)];
  };
  const ownWord = random.pick(OWN_WORDS[bodyPart] ?? ["EXTREMITY"]);
  for (const oddity of oddities) {
    switch (oddity) {
      case "no-view-position":
        if (isDX) drop("ViewPosition");
        else set({ ViewPosition: null });
        break;
      case "no-view-codes":
        drop("ViewCodeSequence");
        // DX demands the region's code wherever the body part is known (PS3.3 C.8.11.2).
        if (!isDX) drop("AnatomicRegionSequence");
        break;
      case "view-only-in-text":
        drop("ViewCodeSequence");
        if (isDX) drop("ViewPosition");
        else set({ ViewPosition: null });
        break;
      case "lower-case-body-part":
        set({ BodyPartExamined: bodyPart.charAt(0) + bodyPart.slice(1).toLowerCase() });
        break;
      case "vendor-body-part":
        set({ BodyPartExamined: ownWord });
        break;
      case "no-body-part":
        if (isDX) drop("BodyPartExamined");
        else set({ BodyPartExamined: null });
        break;
      case "no-age":
        drop("PatientAge");
        set({ PatientBirthDate: null });
        break;
      case "no-laterality":
        drop("Laterality");
        if (isDX) set({ ImageLaterality: "U" });
        else drop("ImageLaterality");
        break;
      case "no-window":
        if (!isDX) drop("WindowCenter", "WindowWidth");
        break;
      case "several-windows":
        Object.assign(odd, severalWindows(odd));
        break;
      case "no-lut-shape":
        if (!isDX) drop("PresentationLUTShape");
        break;
    }
  }
  return odd;
}

/** A harder and a softer window beside the usual one, which comes first. */
function severalWindows(dataSet: DataSet): DataSet {
  const center = Number(dataSet[tagOf("WindowCenter")]?.Value?.[0]);
  const width = Number(dataSet[tagOf("WindowWidth")]?.Value?.[0]);
  if (!Number.isFinite(center) || !Number.isFinite(width)) return {};
  return dataSetOf({
    WindowCenter: [center, Math.round(center * 1.08), center],
    WindowWidth: [width, Math.round(width * 0.7), Math.round(width * 1.25)],
    WindowCenterWidthExplanation: ["NORMAL", "HARDER", "SOFTER"],
  });
}
