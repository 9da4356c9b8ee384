import { type DataSet, text } from "@redspot/dicom";

/** Manufacturers and institutions that the model watch tells apart. */
export interface WatchedOrigins {
  manufacturers: readonly string[];
  sites: readonly string[];
}

/** Where an image comes from, by names that were configured: what the header says never leaves this function. */
export interface Origin {
  manufacturer: string;
  site: string;
}

export const OTHER = "other";

/** Of a header, which of the names begin its Manufacturer (0008,0070) and its Institution Name (0008,0080). */
export function originOf(dataSet: DataSet, { manufacturers, sites }: WatchedOrigins): Origin {
  const among = (names: readonly string[], keyword: string) => {
    const said = text(dataSet, keyword)?.toLowerCase() ?? "";
    return names.find((name) => said.startsWith(name.toLowerCase())) ?? OTHER;
  };
  return { manufacturer: among(manufacturers, "Manufacturer"), site: among(sites, "InstitutionName") };
}
