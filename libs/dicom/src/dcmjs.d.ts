/** The part of dcmjs that Redspot uses; the package ships no types. */
declare module "dcmjs" {
  export interface DcmjsElement {
    vr: string;
    Value?: unknown[];
    /** The values as they stand in the file, before they were looked at. */
    _rawValue?: unknown;
  }
  export type DcmjsDataSet = Record<string, DcmjsElement>;

  export const data: {
    DicomMessage: {
      readFile(
        buffer: ArrayBuffer,
        options?: {
          ignoreErrors?: boolean;
          untilTag?: string | null;
          includeUntilTagValue?: boolean;
          stopOnGreaterTag?: boolean;
          noCopy?: boolean;
        },
      ): { meta: DcmjsDataSet; dict: DcmjsDataSet };
    };
    DicomDict: new (
      meta: DcmjsDataSet,
    ) => {
      dict: DcmjsDataSet;
      write(options?: { fragmentMultiframe?: boolean; allowInvalidVRLength?: boolean }): ArrayBuffer;
    };
    ValueRepresentation: {
      /** The one that reads and writes all values of a representation. */
      createByTypeString(vr: string): { applyFormatting: (value: string) => string };
    };
    DicomMetaDictionary: {
      nameMap: Record<string, { tag: string; vr: string; vm: string; name: string } | undefined>;
      dictionary: Record<string, { tag: string; vr: string; vm: string; name: string } | undefined>;
    };
  };
  interface Logger {
    setLevel(level: "silent" | "error" | "warn"): void;
    warn: (...words: unknown[]) => void;
  }
  export const log: Logger & { getLogger(name: string): Logger };
}
