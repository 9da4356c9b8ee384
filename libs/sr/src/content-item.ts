import { type DataSet, dataSetOf, isUid } from "@redspot/dicom";
import { type CodedConcept, codeItem } from "./coded-concept.ts";
import { SrError } from "./sr-error.ts";

/** How a content item relates to its parent (PS3.3 C.17.3.2.4). */
export type Relationship =
  | "CONTAINS"
  | "HAS OBS CONTEXT"
  | "HAS ACQ CONTEXT"
  | "HAS CONCEPT MOD"
  | "HAS PROPERTIES"
  | "INFERRED FROM"
  | "SELECTED FROM";

/** A composite instance as a content item refers to it. */
export interface InstanceReference {
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
}

/** A place in an image: columns and rows from the upper left corner of the upper left pixel (PS3.3 C.18.6.1). */
export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Node {
  /** Concept name; a reference may do without one. */
  readonly name?: CodedConcept;
  readonly children: readonly Child[];
}

/** A content item of the value types that Redspot writes (PS3.3 table C.17.3-7). */
export type ContentItem = Node &
  (
    | { readonly valueType: "TEXT"; readonly text: string }
    | { readonly valueType: "CODE"; readonly value: CodedConcept }
    | { readonly valueType: "NUM"; readonly number: number; readonly unit: CodedConcept }
    | { readonly valueType: "UIDREF"; readonly uid: string }
    | { readonly valueType: "SCOORD"; readonly polyline: readonly Point[] }
    | { readonly valueType: "IMAGE" | "COMPOSITE"; readonly reference: InstanceReference }
    | { readonly valueType: "CONTAINER"; readonly template?: string }
  );

export type ValueType = ContentItem["valueType"];

/** A content item in its relationship with the parent. */
export interface Child {
  readonly relationship: Relationship;
  readonly item: ContentItem;
}

/** Puts content items into one relationship with their parent. */
export function relate(relationship: Relationship, ...items: ContentItem[]): Child[] {
  return items.map((item) => ({ relationship, item }));
}

/** TEXT: Text Value (0040,A160) is UT. Throws INVALID_CONTENT when it is blank or holds control characters. */
export function textItem(name: CodedConcept, text: string, children: readonly Child[] = []): ContentItem {
  if (text.trim() === "" || /(?![\n\r\t\f])\p{Cc}/u.test(text)) {
    throw new SrError("INVALID_CONTENT", `the text of (${name.value}, ${name.scheme}) is empty or not printable`);
  }
  return { valueType: "TEXT", name, text, children };
}

/** CODE: one concept as the value of another. */
export function codeValueItem(name: CodedConcept, value: CodedConcept, children: readonly Child[] = []): ContentItem {
  return { valueType: "CODE", name, value, children };
}

/** NUM: one number with its unit (UCUM). Throws INVALID_CONTENT unless the number fits a DS of 16 characters. */
export function numItem(
  name: CodedConcept,
  number: number,
  unit: CodedConcept,
  children: readonly Child[] = [],
): ContentItem {
  if (!Number.isFinite(number) || String(number).length > 16) {
    throw new SrError("INVALID_CONTENT", `${number} is no numeric value for (${name.value}, ${name.scheme})`);
  }
  return { valueType: "NUM", name, number, unit, children };
}

/** UIDREF. Throws INVALID_CONTENT unless the UID is one (PS3.5 9.1). */
export function uidRefItem(name: CodedConcept, uid: string): ContentItem {
  checkUid(uid);
  return { valueType: "UIDREF", name, uid, children: [] };
}

/** IMAGE: a reference to an image, named by its purpose where it has one. */
export function imageItem(reference: InstanceReference, name?: CodedConcept): ContentItem {
  return referenceItem("IMAGE", reference, name);
}

/** COMPOSITE: a reference to an instance that is no image. */
export function compositeItem(reference: InstanceReference, name?: CodedConcept): ContentItem {
  return referenceItem("COMPOSITE", reference, name);
}

function referenceItem(
  valueType: "IMAGE" | "COMPOSITE",
  reference: InstanceReference,
  name: CodedConcept | undefined,
): ContentItem {
  checkUid(reference.sopClassUID);
  checkUid(reference.sopInstanceUID);
  return { valueType, reference, children: [], ...(name === undefined ? {} : { name }) };
}

/**
 * SCOORD: a closed polyline in an image, the first point given again as the last (PS3.3 C.18.6.1.2). Throws
 * INVALID_CONTENT unless it goes round something.
 */
export function regionItem(name: CodedConcept, polyline: readonly Point[], image: InstanceReference): ContentItem {
  const [first, last] = [polyline[0], polyline.at(-1)];
  const isClosed = polyline.length > 3 && first?.x === last?.x && first?.y === last?.y;
  if (!isClosed || !polyline.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) {
    throw new SrError("INVALID_CONTENT", `${polyline.length} points are no closed polyline (PS3.3 C.18.6.1.2)`);
  }
  return { valueType: "SCOORD", name, polyline, children: relate("SELECTED FROM", imageItem(image)) };
}

/** CONTAINER, its content separate items; with a template of DCMR where it is the root of one. */
export function containerItem(name: CodedConcept, children: readonly Child[], template?: string): ContentItem {
  return { valueType: "CONTAINER", name, children, ...(template === undefined ? {} : { template }) };
}

function checkUid(uid: string): void {
  if (!isUid(uid)) throw new SrError("INVALID_CONTENT", `"${uid}" is no UID (PS3.5 9.1)`);
}

/** Says a concept in the report's language. */
type Say = (concept: CodedConcept) => CodedConcept;

/**
 * The attributes of a content item and all below it (Document Content and Relationship Macros, PS3.3 C.17.3), its
 * concepts as `say` says them.
 */
export function contentDataSet(item: ContentItem, say: Say): DataSet {
  const children = item.children.map(({ relationship, item }) => ({
    ...dataSetOf({ RelationshipType: relationship }),
    ...contentDataSet(item, say),
  }));
  return {
    ...dataSetOf({
      ValueType: item.valueType,
      ConceptNameCodeSequence: item.name === undefined ? undefined : [codeItem(say(item.name))],
      ContentSequence: children.length === 0 ? undefined : children,
    }),
    ...valueDataSet(item, say),
  };
}

function valueDataSet(item: ContentItem, say: Say): DataSet {
  switch (item.valueType) {
    case "TEXT":
      return dataSetOf({ TextValue: item.text });
    case "CODE":
      return dataSetOf({ ConceptCodeSequence: [codeItem(say(item.value))] });
    case "NUM":
      return dataSetOf({
        MeasuredValueSequence: [
          dataSetOf({ NumericValue: String(item.number), MeasurementUnitsCodeSequence: [codeItem(say(item.unit))] }),
        ],
      });
    case "UIDREF":
      return dataSetOf({ UID: item.uid });
    case "SCOORD":
      return dataSetOf({
        GraphicType: "POLYLINE",
        // FL: what is written is what a reader gets.
        GraphicData: item.polyline.flatMap(({ x, y }) => [Math.fround(x), Math.fround(y)]),
      });
    case "IMAGE":
    case "COMPOSITE":
      return dataSetOf({
        ReferencedSOPSequence: [
          dataSetOf({
            ReferencedSOPClassUID: item.reference.sopClassUID,
            ReferencedSOPInstanceUID: item.reference.sopInstanceUID,
          }),
        ],
      });
    case "CONTAINER":
      return dataSetOf({
        ContinuityOfContent: "SEPARATE",
        ContentTemplateSequence:
          item.template === undefined
            ? undefined
            : [
                dataSetOf({
                  MappingResource: "DCMR",
                  MappingResourceUID: "1.2.840.10008.8.1.1",
                  TemplateIdentifier: item.template,
                }),
              ],
      });
  }
}
