import { type DataSet, items, text, texts } from "@redspot/dicom";
import { ageInYears } from "./patient-age.ts";
import { type Reason, reason } from "./reason.ts";

/**
 * Radiographs for presentation: Computed Radiography and Digital X-Ray Image Storage - For Presentation (PS3.4 B.5).
 */
const RADIOGRAPHS = new Set(["1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.1.1"]);

/** Digital X-Ray Image Storage - For Processing (PS3.4 B.5): detector data that nobody reads, and no window fits. */
const DX_FOR_PROCESSING = "1.2.840.10008.5.1.4.1.1.1.1.1";

/**
 * Growth plates of the distal radius and ulna close by about 18; the paper leaves out images in which they are open
 * (Kim & MacKinnon 2017), and below this age they may be.
 */
const ADULT_YEARS = 18;

/** A wrist as senders write it: the Defined Term WRIST (PS3.16 annex L) with decorations, and other languages' words. */
const WRIST = /wrist|handgelenk|poignet|polso|mu[nñ]eca|punho|\bpols\b|handled|h[aå]ndled|ranne/i;

/** Values of Body Part Examined that say no more than "some limb", so that the descriptions have to tell. */
const UNSPECIFIC_PART = /^(extremity|extremities|up[_ ]?exm|upper[_ ]?(extremity|limb)|ue|limb|arm|xr|other|unknown)$/i;

/** Words that place an image elsewhere, where the proper attribute says no more than "some limb". */
const OTHER_PART_WORD =
  /\b(hands?|fingers?|thumb|forearm|elbow|humerus|shoulder|clavicle|scapula|legs?|tibia|fibula|ankles?|f(oo|ee)t|toes?|heel|calcaneus|knees?|patella|femur|thigh|hips?|pelvis|chest|thorax|ribs?|abdomen|spine|skull|head|neck)\b/i;

/** Codes of Anatomic Region Sequence (0008,2218) for the wrist: SNOMED CT and the older SNOMED RT (PS3.16 CID 4031). */
const WRIST_CODES = new Set(["74670003", "8205005", "T-15460"]);

/** View Position (0018,5101) of a lateral: LL, RL (PS3.3 C.8.1.1), the medio-lateral directions and plain words. */
const LATERAL_POSITION = /^(ll|rl|lat|lateral|ml|lm|l-lat|r-lat)$/i;
const LATERAL_WORD = /\b(lat|lateral|latero-?medial|medio-?lateral|seitlich|profil|laterale)\b/i;
const OTHER_VIEW_WORD = /\b(ap|pa|dp|pd|dv|vd|oblique|obl|schr[aä]g|scaphoid|navicular|anteroposterior|frontal)\b/i;

/** Where senders that leave out the proper attribute say what the picture shows. */
const DESCRIPTIONS = [
  "SeriesDescription",
  "ProtocolName",
  "AcquisitionDeviceProcessingDescription",
  "PerformedProcedureStepDescription",
  "StudyDescription",
];

/**
 * Why a radiograph is not one that the classifier was made for, or undefined when it is: a lateral view of the wrist
 * of an adult, ready for presentation. It was trained on nothing else, so on anything else its answer means nothing;
 * and where the header does not say, the answer is a reason and not a guess.
 */
export function exclusionOf(dataSet: DataSet): Reason | undefined {
  if (text(dataSet, "PresentationIntentType") === "FOR PROCESSING") return reason("FOR_PROCESSING");
  const ofClass = exclusionOfClass(text(dataSet, "SOPClassUID"));
  if (ofClass) return ofClass;
  return bodyPartExclusion(dataSet) ?? viewExclusion(dataSet) ?? growthPlateExclusion(dataSet);
}

/** The same, as far as an instance's SOP class tells: so much is known without reading it. */
export function exclusionOfClass(sopClassUID: string | undefined): Reason | undefined {
  if (sopClassUID === DX_FOR_PROCESSING) return reason("FOR_PROCESSING");
  return sopClassUID !== undefined && RADIOGRAPHS.has(sopClassUID) ? undefined : reason("NOT_A_RADIOGRAPH");
}

function bodyPartExclusion(dataSet: DataSet): Reason | undefined {
  const part = bodyPartOf(dataSet);
  if (part === "wrist") return undefined;
  return reason(part === "another" ? "NOT_A_WRIST" : "BODY_PART_UNKNOWN");
}

/**
 * Which body part a header names, as far as it does: an image's own, or what a search tells of a series (PS3.18 10.6.3),
 * which is less.
 */
export function bodyPartOf(dataSet: DataSet): "wrist" | "another" | "unknown" {
  const regions = items(dataSet, "AnatomicRegionSequence");
  if (regions.some((region) => WRIST_CODES.has(text(region, "CodeValue") ?? ""))) return "wrist";
  const named = [...regions.flatMap((region) => texts(region, "CodeMeaning")), ...texts(dataSet, "BodyPartExamined")];
  const specific = named.filter((name) => !UNSPECIFIC_PART.test(name));
  if (specific.some((name) => WRIST.test(name))) return "wrist";
  if (specific.length > 0) return "another";
  const descriptions = descriptionsOf(dataSet);
  if (descriptions.some((line) => WRIST.test(line))) return "wrist";
  return descriptions.some((line) => OTHER_PART_WORD.test(line)) ? "another" : "unknown";
}

function viewExclusion(dataSet: DataSet): Reason | undefined {
  const position = text(dataSet, "ViewPosition");
  const coded = items(dataSet, "ViewCodeSequence").flatMap((code) => texts(code, "CodeMeaning"));
  if (position !== undefined || coded.length > 0) {
    const lateral =
      (position !== undefined && LATERAL_POSITION.test(position)) || coded.some((view) => isLateralWording(view));
    return lateral ? undefined : reason("NOT_LATERAL");
  }
  // The description of a study names all its views; only what belongs to the image itself can tell one from another.
  const own = descriptionsOf(dataSet, DESCRIPTIONS.slice(0, 3));
  if (own.some(isLateralWording)) return undefined;
  return own.some((line) => OTHER_VIEW_WORD.test(line)) ? reason("NOT_LATERAL") : reason("VIEW_UNKNOWN");
}

function isLateralWording(line: string): boolean {
  return LATERAL_WORD.test(separated(line)) && !OTHER_VIEW_WORD.test(separated(line));
}

/** "WRIST_LAT" and "WristLat." as words that a word boundary finds. */
function separated(line: string): string {
  return line.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_.,/()[\]]+/g, " ");
}

function growthPlateExclusion(dataSet: DataSet): Reason | undefined {
  const age = ageInYears(dataSet);
  return age !== undefined && age < ADULT_YEARS ? reason("OPEN_GROWTH_PLATES") : undefined;
}

function descriptionsOf(dataSet: DataSet, keywords = DESCRIPTIONS): string[] {
  return keywords.flatMap((keyword) => texts(dataSet, keyword)).map(separated);
}

/** The side that the image shows, by Image Laterality (0020,0062) or the series' Laterality (0020,0060). */
export function lateralityOf(dataSet: DataSet): "L" | "R" | undefined {
  const side = text(dataSet, "ImageLaterality") ?? text(dataSet, "Laterality");
  return side === "L" || side === "R" ? side : undefined;
}
