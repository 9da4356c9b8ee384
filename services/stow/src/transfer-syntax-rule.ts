/**
 * Transfer syntaxes of which the data set stands in Explicit VR Little Endian, native or encapsulated (PS3.5 A.2, A.4):
 * single ones, and families by their beginning.
 */
const TAKEN = new Set([
  "1.2.840.10008.1.2.1", // Explicit VR Little Endian
  "1.2.840.10008.1.2.1.98", // Encapsulated Uncompressed
  "1.2.840.10008.1.2.5", // RLE Lossless
  "1.2.840.10008.1.2.8.1", // Deflated Image Frame Compression
]);
const TAKEN_FAMILY = "1.2.840.10008.1.2.4."; // JPEG, JPEG-LS, JPEG 2000, MPEG, HTJ2K, JPEG XL

/** Of that family, those whose data set is deflated as a whole: JPIP Referenced Deflate. */
const NOT_TAKEN = new Set(["1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"]);

/**
 * Whether instances in a transfer syntax are taken. Implicit VR Little Endian and Explicit VR Big Endian shall not be
 * used in web services (PS3.18 8.7.3), deflated data sets are not supported, and of others nothing is known.
 */
export function isTransferSyntaxTaken(uid: string): boolean {
  return TAKEN.has(uid) || (uid.startsWith(TAKEN_FAMILY) && !NOT_TAKEN.has(uid));
}
