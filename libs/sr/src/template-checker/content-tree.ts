import { type DataSet, items, text } from "@redspot/dicom";

/** A code as a data set has it, checked by nobody yet. */
export interface Coded {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

/** A content item as a data set has it (PS3.3 C.17.3): what a template speaks of. */
export interface TreeItem {
  readonly relationship: string;
  readonly valueType: string;
  /** Undefined where the item has no concept name. */
  readonly name: Coded | undefined;
  /** Value of a CODE; the units of a NUM. */
  readonly code: Coded | undefined;
  /** Instances that an IMAGE or COMPOSITE refers to, as "SOP Class UID SOP Instance UID". */
  readonly references: readonly string[];
  /** Value of a UIDREF or TEXT. */
  readonly text: string | undefined;
  /** Template Identifier of a CONTAINER. */
  readonly template: string | undefined;
  readonly children: readonly TreeItem[];
}

/** Reads a content item and all below it. */
export function readTree(dataSet: DataSet): TreeItem {
  const measured = items(dataSet, "MeasuredValueSequence")[0] ?? {};
  const template = items(dataSet, "ContentTemplateSequence")[0] ?? {};
  return {
    relationship: text(dataSet, "RelationshipType") ?? "",
    valueType: text(dataSet, "ValueType") ?? "",
    name: readCode(items(dataSet, "ConceptNameCodeSequence")[0]),
    code: readCode(items(dataSet, "ConceptCodeSequence")[0] ?? items(measured, "MeasurementUnitsCodeSequence")[0]),
    references: items(dataSet, "ReferencedSOPSequence").map(referenceOf),
    text: text(dataSet, "UID") ?? text(dataSet, "TextValue"),
    template: text(template, "MappingResource") === "DCMR" ? text(template, "TemplateIdentifier") : undefined,
    children: items(dataSet, "ContentSequence").map(readTree),
  };
}

/** A reference to an instance (SOP Instance Reference Macro, PS3.3 10.8), as a key. */
export function referenceOf(dataSet: DataSet): string {
  return `${text(dataSet, "ReferencedSOPClassUID")} ${text(dataSet, "ReferencedSOPInstanceUID")}`;
}

function readCode(dataSet: DataSet | undefined): Coded | undefined {
  if (dataSet === undefined) return undefined;
  const part = (keyword: string) => text(dataSet, keyword) ?? "";
  return { value: part("CodeValue"), scheme: part("CodingSchemeDesignator"), meaning: part("CodeMeaning") };
}

/** An item and all below it, the item first. */
export function walk(item: TreeItem): TreeItem[] {
  return [item, ...item.children.flatMap(walk)];
}
