import { type DataSet, text } from "@redspot/dicom";
import { bodyPartOf } from "@redspot/triage";

/** How a study stands with a sweep that looks for unreported wrist radiographs, by what the PACS tells of it. */
export const STANDINGS = {
  unreported: "unreported wrist radiographs",
  "document-only": "wrist radiographs with an encapsulated document, which may be a report",
  reported: "wrist radiographs with a report",
  "reported-by-redspot": "wrist radiographs that Redspot has reported",
  "part-unknown": "radiographs of which the PACS does not tell the body part",
  "another-part": "radiographs of another body part",
  "no-radiograph": "no radiographs, as far as the series tell",
} as const;

export type Standing = keyof typeof STANDINGS;

/** Report documents among the SR classes (PS3.4 B.5): text and measurement reports, not dose, key objects or logs. */
const REPORT_DOCUMENT = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\.(1|2|3|4|11|22|33|34|35)$/;

/** Encapsulated PDF and CDA (PS3.4 B.5): often a report, sometimes a scanned request. */
const ENCAPSULATED_DOCUMENT = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.104\.[12]$/;

/** Modalities (0008,0060) of series in which a report or document may lie (PS3.3 C.7.3.1.1.1). */
const DOCUMENT_MODALITIES = new Set(["SR", "DOC", "OT"]);

/** What a study's radiographs show, by its series and by the attributes of the study itself. */
export function partOf(
  study: DataSet,
  series: readonly DataSet[],
  modalities: ReadonlySet<string>,
): "unreported" | "part-unknown" | "another-part" | "no-radiograph" {
  const parts = new Set(series.filter((one) => isRadiographs(one, modalities)).map((one) => partOfSeries(study, one)));
  if (parts.has("wrist")) return "unreported";
  if (parts.has("unknown")) return "part-unknown";
  return parts.has("another") ? "another-part" : "no-radiograph";
}

/** What the radiographs of one series show. */
function partOfSeries(study: DataSet, series: DataSet): "wrist" | "another" | "unknown" {
  return bodyPartOf({ ...study, ...series });
}

/** Whether a series, or the series of an instance, is of one of these modalities. */
export function isRadiographs(series: DataSet, modalities: ReadonlySet<string>): boolean {
  return modalities.has(text(series, "Modality") ?? "");
}

/** Computed and digital radiographs by their SOP class (PS3.4 B.5): a search for instances need not tell the modality. */
export function isRadiograph(sopClassUID: string): boolean {
  return /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.1(\.1(\.1)?)?$/.test(sopClassUID);
}

/** Whether a report may be in the series, so that its instances have to be looked at; one without Modality may hold any. */
export function mayHoldReport(series: DataSet): boolean {
  const modality = text(series, "Modality");
  return modality === undefined || DOCUMENT_MODALITIES.has(modality);
}

/** Whether a series is one of Redspot's reports, as its equipment (PS3.3 C.7.5.1) or its description says. */
export function isOwnReport(series: DataSet): boolean {
  if (text(series, "Modality") !== "SR") return false;
  const description = text(series, "SeriesDescription") ?? "";
  return text(series, "Manufacturer") === "Redspot" || /^Wrist (fracture )?triage\b/.test(description);
}

/** What reports there are among the instances of a study, by their SOP classes. */
export function reportAmong(instances: readonly DataSet[]): "reported" | "document-only" | undefined {
  const classes = instances.map((instance) => text(instance, "SOPClassUID") ?? "");
  if (classes.some((uid) => REPORT_DOCUMENT.test(uid))) return "reported";
  return classes.some((uid) => ENCAPSULATED_DOCUMENT.test(uid)) ? "document-only" : undefined;
}
