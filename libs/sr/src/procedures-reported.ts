import { type DataSet, items, text } from "@redspot/dicom";
import { type CodedConcept, code } from "./coded-concept.ts";
import { Code } from "./codes.ts";

const RADIOGRAPHY = new Set(["CR", "DX"]);

/** The imaging procedures that the sources declare, or else what their modalities say. */
export function proceduresOf(sources: readonly DataSet[]): CodedConcept[] {
  const declared = new Map<string, CodedConcept>();
  for (const item of sources.flatMap((source) => items(source, "ProcedureCodeSequence"))) {
    try {
      const procedure = code(
        text(item, "CodeValue") ?? "",
        text(item, "CodingSchemeDesignator") ?? "",
        text(item, "CodeMeaning") ?? "",
      );
      declared.set(`${procedure.scheme} ${procedure.value}`, procedure);
    } catch {
      // An incomplete code in a source says nothing that could be repeated.
    }
  }
  if (declared.size > 0) return [...declared.values()];
  const radiographs = sources.every((source) => RADIOGRAPHY.has(text(source, "Modality") ?? ""));
  return [radiographs ? Code.RadiographyUnspecified : Code.ImagingProcedure];
}
