const COMPOSITE = "1.2.840.10008.5.1.4.1.1.";

/**
 * Composite SOP classes without pixels to read (PS3.4 B.5), and those derived from images, by the beginning of what
 * follows the common root.
 */
const NOT_IMAGES = [
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
    return !sopClassUID.startsWith("1.2.840.10008.");
  }
  const rest = sopClassUID.slice(COMPOSITE.length);
  if (rest === RT_IMAGE) return true;
  return rest !== RAW_DATA && !NOT_IMAGES.some((beginning) => rest.startsWith(beginning));
}
