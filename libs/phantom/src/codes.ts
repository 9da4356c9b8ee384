import { type DataSet, dataSetOf } from "@redspot/dicom";
import type { BodyPart } from "./truth.ts";

/** A coded concept's triplet (PS3.3 8.8, PS3.16). */
function code(CodeValue: string, CodingSchemeDesignator: string, CodeMeaning: string): DataSet {
  return dataSetOf({ CodeValue, CodingSchemeDesignator, CodeMeaning });
}

/** Anatomic regions: CID 4009 "DX Anatomy Imaged" (PS3.16). */
export const anatomicRegion = (bodyPart: BodyPart): DataSet => {
  switch (bodyPart) {
    case "wrist":
      return code("74670003", "SCT", "Wrist joint");
    case "hand":
      return code("85562004", "SCT", "Hand");
    case "ankle":
      return code("70258002", "SCT", "Ankle joint");
    case "knee":
      return code("72696002", "SCT", "Knee joint");
    case "chest":
      return code("51185008", "SCT", "Chest");
  }
};

/** How a view is said in a header: View Position (0018,5101) and View Code Sequence (0054,0220), CID 4010 "DX View". */
export type View = "lateral" | "pa" | "ap";

export const viewCode = (view: View): DataSet => {
  switch (view) {
    case "lateral":
      return code("399067008", "SCT", "lateral");
    case "pa":
      return code("272479007", "SCT", "postero-anterior");
    case "ap":
      return code("399348003", "SCT", "antero-posterior");
  }
};

/** The beam enters on the thumb's side, which is lateral in the anatomic position: what a wrist's lateral is exactly. */
export const lateralToMedial = (): DataSet => code("399352003", "SCT", "lateral-medial");

/** Emptied View Modifier Code Sequence (0054,0222): type 2 in an item of View Code Sequence (PS3.3 C.8.11.5). */
export const withoutModifiers = (view: DataSet): DataSet => ({
  ...view,
  ...dataSetOf({ ViewModifierCodeSequence: [] }),
});
