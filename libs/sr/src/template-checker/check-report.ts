import { type DataSet, isUid, items, text } from "@redspot/dicom";
import { type Coded, readTree, referenceOf, type TreeItem, walk } from "./content-tree.ts";
import type { IncludeRow, ItemRow, Row, Template } from "./template.ts";
import { TID_1500 } from "./templates.ts";
import { MEANINGS, objectionTo } from "./vocabulary.ts";

/**
 * What is wrong with a report by its templates (PS3.16), its codes, its references and its equipment: nothing of which
 * dciodvfy or dsrdump sees. Each complaint names the template, the row and the rule. Empty for a sound report.
 */
export function reportErrors(dataSet: DataSet): string[] {
  const root = readTree(dataSet);
  return [
    ...(root.template === TID_1500.tid ? [] : [`the root's template is ${root.template}, not DCMR 1500`]),
    ...templateErrors(root),
    ...codeErrors(root),
    ...referenceErrors(dataSet, root),
    ...equipmentErrors(dataSet, root),
  ];
}

function templateErrors(root: TreeItem): string[] {
  return rowsErrors({ ...root, children: [root] }, expand(TID_1500.rows, TID_1500), TID_1500);
}

/** A row, with the template that it stands in and the relationship and requirement that it has where it is included. */
interface PlacedRow extends ItemRow {
  readonly relationship: string;
  readonly template: Template;
  /** Requirements of the rows that include it, from the inside: it is missed only where they demand it too. */
  readonly included: readonly IncludeRow[];
}

/** Rows with what they include in the place of the row that includes it. */
function expand(rows: readonly Row[], template: Template, relationship = ""): PlacedRow[] {
  return rows.flatMap((row): PlacedRow[] => {
    if (!("include" in row)) {
      return [{ ...row, relationship: row.relationship ?? relationship, template, included: [] }];
    }
    return expand(row.include.rows, row.include, row.relationship).map((inner) => ({
      ...inner,
      multiplicity: row.multiplicity === "1-n" ? "1-n" : inner.multiplicity,
      included: [...inner.included, row],
    }));
  });
}

function rowsErrors(parent: TreeItem, rows: readonly PlacedRow[], template: Template): string[] {
  const found = parent.children.map((child) => ({ child, row: rows.find((row) => fits(child, row)) }));
  const countOf = (row: PlacedRow) => found.filter((one) => one.row === row).length;
  const isThere = (include: IncludeRow) => rows.some((row) => row.included.includes(include) && countOf(row) > 0);
  const errors: string[] = [];
  for (const row of rows) {
    const count = countOf(row);
    const chain = [row.requirement, ...row.included.map(({ requirement }) => requirement)];
    const demanded = chain.every((requirement, i) => {
      if (requirement === "M" || (requirement !== "U" && requirement.holds(parent))) return true;
      // A template that nothing demanded is there as a whole, once a part of it is.
      return i > 0 && requirement === "U" && isThere(row.included[i - 1]!);
    });
    const forbidden = chain.find((one) => typeof one === "object" && !one.elsewhere && !one.holds(parent));
    if (count === 0 && demanded) errors.push(`${wordsOf(row)} is missing`);
    if (count > 0 && typeof forbidden === "object") errors.push(`${wordsOf(row)} is there, but not ${forbidden.words}`);
    if (count > 1 && row.multiplicity === "1") errors.push(`${wordsOf(row)} is there ${count} times`);
  }
  for (const { child, row } of found) {
    if (row === undefined) errors.push(...strangerErrors(child, rows, template));
    else errors.push(...valueErrors(child, row), ...rowsErrors(child, expand(row.rows, row.template), row.template));
  }
  if (template.ordered && errors.length === 0) {
    const order = found.flatMap(({ row }) => (row === undefined ? [] : [rows.indexOf(row)]));
    if (order.some((place, i) => place < (order[i - 1] ?? 0))) {
      errors.push(`items are not in the order of the rows of TID ${template.tid}`);
    }
  }
  return errors;
}

function fits(child: TreeItem, row: PlacedRow): boolean {
  return (
    child.relationship === row.relationship && row.valueTypes.includes(child.valueType) && isNamed(child.name, row)
  );
}

function isNamed(name: Coded | undefined, row: ItemRow): boolean {
  return row.name === undefined ? name === undefined : name !== undefined && row.name.takes(name);
}

/** What is wrong with an item that fits no row: nearly a row's, or an addition that is not declared. */
function strangerErrors(child: TreeItem, rows: readonly PlacedRow[], template: Template): string[] {
  const words = `${child.relationship} ${child.valueType} ${codeWords(child.name)}`.trim();
  const near = rows.find((row) => isNamed(child.name, row));
  if (near && child.relationship !== near.relationship) return [`${words}: ${wordsOf(near)} is ${near.relationship}`];
  if (near) return [`${words}: ${wordsOf(near)} is ${near.valueTypes.join(" or ")}`];
  const key = child.name && `${child.name.value} ${child.name.scheme}`;
  if (key !== undefined && template.additions?.includes(key) && child.children.length === 0) return [];
  return [`${words} is in no row of TID ${template.tid}`];
}

function valueErrors(child: TreeItem, row: PlacedRow): string[] {
  const errors: string[] = [];
  if (row.value !== undefined && !(child.code && row.value.takes(child.code))) {
    errors.push(`${wordsOf(row)} is ${codeWords(child.code)}, which is not of ${row.value.words}`);
  }
  if (child.valueType === "UIDREF" && !isUid(child.text ?? "")) errors.push(`${wordsOf(row)} is no UID`);
  if (child.valueType === "TEXT" && (child.text ?? "") === "") errors.push(`${wordsOf(row)} is empty`);
  return errors;
}

function wordsOf({ template, name, valueTypes }: PlacedRow): string {
  return `TID ${template.tid} ${name === undefined ? valueTypes.join(" or ") : meaningOf(name.words)}`;
}

function meaningOf(words: string): string {
  return MEANINGS[words] === undefined ? words : `"${MEANINGS[words]}"`;
}

function codeWords(code: Coded | undefined): string {
  return code === undefined ? "without a name" : `(${code.value}, ${code.scheme}, "${code.meaning}")`;
}

/** Codes that must not be there, and English meanings that are not the standard's. */
function codeErrors(root: TreeItem): string[] {
  const language = root.children.find(({ name }) => name?.value === "121049")?.code?.value ?? "";
  return walk(root).flatMap((item) =>
    [item.name, item.code].flatMap((code) => {
      // A procedure, and a language, are what others call them.
      if (code === undefined || (code === item.code && /^1210(58|49)$/.test(item.name?.value ?? ""))) return [];
      const objection = objectionTo(code);
      if (objection !== undefined) return [`${codeWords(code)} ${objection}`];
      const meaning = MEANINGS[`${code.value} ${code.scheme}`];
      if (meaning === undefined) return [`${codeWords(code)} is none of the codes that reports use`];
      return language.startsWith("en") && code.meaning !== meaning ? [`${codeWords(code)} means "${meaning}"`] : [];
    }),
  );
}

/** What is referred to is among the evidence (Current Requested Procedure Evidence Sequence, PS3.3 C.17.2). */
function referenceErrors(dataSet: DataSet, root: TreeItem): string[] {
  const evidence = new Set(
    items(dataSet, "CurrentRequestedProcedureEvidenceSequence")
      .flatMap((study) => items(study, "ReferencedSeriesSequence"))
      .flatMap((series) => items(series, "ReferencedSOPSequence"))
      .map(referenceOf),
  );
  const references = new Set(walk(root).flatMap((item) => item.references));
  return [...references].filter((one) => !evidence.has(one)).map((one) => `${one} is not among the evidence`);
}

/** Observer, equipment and contributing equipment are one device (PS3.3 C.7.5.1, C.12.1, PS3.16 TID 1004). */
function equipmentErrors(dataSet: DataSet, root: TreeItem): string[] {
  const contributing = items(dataSet, "ContributingEquipmentSequence");
  const [device = {}] = contributing;
  const purpose = items(device, "PurposeOfReferenceCodeSequence")[0] ?? {};
  const observed = (key: string) => root.children.find(({ name }) => name?.value === key)?.text;
  const errors = [
    ...(contributing.length === 1 ? [] : [`${contributing.length} items of contributing equipment, not one`]),
    ...(text(purpose, "CodeValue") === "109102" ? [] : ["contributing equipment is not (109102, DCM)"]),
  ];
  for (const [keyword, key] of [
    ["DeviceUID", "121012"],
    ["Manufacturer", "121014"],
    ["ManufacturerModelName", "121015"],
    ["DeviceSerialNumber", "121016"],
  ] as const) {
    const values = new Set([text(dataSet, keyword), text(device, keyword), observed(key)]);
    if (values.size !== 1 || values.has(undefined)) {
      errors.push(`${keyword} of equipment, contributing equipment and observer are not the same`);
    }
  }
  if (items(dataSet, "PerformedProcedureCodeSequence").length > 0) errors.push("a performed procedure is claimed");
  return errors;
}
