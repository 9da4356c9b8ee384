/** Text of DICOM, in any of its character sets, as Unicode; the package ships no types. */
declare module "dicom-character-set" {
  /** Throws where the Specific Character Set is none of PS3.3 C.12.1.1.2. */
  export function convertBytes(
    specificCharacterSet: string | undefined,
    bytes: Uint8Array,
    options?: { vr?: string },
  ): string;
}
