const STANDARD = "1.2.840.10008.";
const COMPOSITE = "1.2.840.10008.5.1.4.1.1.";

/** Composite storage classes that stand elsewhere (PS3.4 B.5): RT delivery instructions and what goes with them. */
const COMPOSITE_ELSEWHERE = ["1.2.840.10008.5.1.4.34.7", "1.2.840.10008.5.1.4.34.10"];

/**
 * Composite SOP classes without pixels to read (PS3.4 B.5), and those derived from images, by the beginning of what
 * follows the common root.
 */
const NOT_IMAGES = [
  "7", // secondary captures: nobody scores them, and Redspot's own pictures come back with their study
  "7.",
  "9.", // waveforms and audio
  "11.", // presentation states
  "66.", // registrations, fiducials, segmentations, tractography
  "67", // real world value mapping
  "68.", // surface scans
  "78.", // ophthalmic measurements
  "79.",
  "80.",
  "88.", // structured reports and key object selection
  "90.", // content assessment
  "104.", // encapsulated documents
  "131", // structured display
  "200.", // CT and XA protocols
  "201.",
  "481.", // radiotherapy
];

const RT_IMAGE = "481.1";
const RAW_DATA = "66";

/**
 * Whether instances of a SOP class may be images that triage should look at: a study that gains another object is not
 * analysed again. A class that is not known counts as an image: an instance too many is found not eligible, an instance
 * too few would never be looked at.
 */
export function isImage(sopClassUID: string): boolean {
  if (!sopClassUID.startsWith(COMPOSITE)) {
    // The standard's other classes are hanging protocols, palettes, implant templates, procedures.
    return !sopClassUID.startsWith(STANDARD);
  }
  const rest = sopClassUID.slice(COMPOSITE.length);
  if (rest === RT_IMAGE) return true;
  return rest !== RAW_DATA && !isAmong(NOT_IMAGES, rest);
}

/** Whether a class is one of a list, which has whole classes and, with a dot at their end, beginnings. */
function isAmong(classes: readonly string[], rest: string): boolean {
  return classes.some((one) => (one.endsWith(".") ? rest.startsWith(one) : rest === one));
}

/** Whether instances of a SOP class are composite, and so can be stored: of a private class nothing speaks against it. */
export function isStorage(sopClassUID: string): boolean {
  return (
    !sopClassUID.startsWith(STANDARD) || sopClassUID.startsWith(COMPOSITE) || COMPOSITE_ELSEWHERE.includes(sopClassUID)
  );
}

/**
 * Classes of which every instance has pixel data, by the beginning of what follows the common root: the images that the
 * standard defines, but for spectroscopy, which has none.
 */
const WITH_PIXELS = [
  "1",
  "1.",
  "2",
  "2.",
  "3.",
  "4",
  "4.1",
  "4.3",
  "4.4",
  "6.",
  "7",
  "7.",
  "12.",
  "13.",
  "20",
  "77.",
  "128",
];

/** Whether the standard demands pixel data of each instance of a SOP class (PS3.3 A.1.4, Image Pixel Module). */
export function hasPixels(sopClassUID: string): boolean {
  if (!sopClassUID.startsWith(COMPOSITE)) return false;
  const rest = sopClassUID.slice(COMPOSITE.length);
  return isAmong(WITH_PIXELS, rest);
}
