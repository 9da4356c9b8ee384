import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { TrainingError } from "../training-error.ts";
import type { Case, Excluded } from "../work-folder.ts";
import { type ExclusionReason, excluded } from "./exclusion.ts";

export type Label = Case["label"];

/** What is said of the images of one row. */
export interface RowFacts {
  readonly row: number;
  readonly label: Label;
  /** The side that the label is about. */
  readonly side: "L" | "R" | null;
  readonly subtype: string | null;
  /** For pictures, which have no header. */
  readonly patient: string | null;
  readonly age: number | null;
  readonly sex: Case["sex"];
}

/** By what a row names its images. */
export type KeyKind = "study" | "accession" | "file";

export interface LabelRow extends RowFacts {
  readonly kind: KeyKind;
  readonly key: string;
}

export interface LabelFile {
  /** Rows with a label, none twice. */
  readonly rows: readonly LabelRow[];
  readonly excluded: readonly Excluded[];
  /** What the rows that are left out name: files that have left with their rows. */
  readonly leftOut: ReadonlySet<string>;
  /** Rows in all. */
  readonly count: number;
}

/** Columns by the names that they may have, without case, spaces, hyphens and underscores. */
const COLUMNS = {
  study: ["study", "studyuid", "studyinstanceuid"],
  accession: ["accession", "accessionnumber"],
  file: ["file", "filename", "path"],
  label: ["label", "fracture"],
  side: ["side", "laterality"],
  subtype: ["subtype", "fracturetype"],
  patient: ["patient", "patientid"],
  age: ["age", "patientage"],
  sex: ["sex", "patientsex"],
  view: ["view", "projection"],
  plaster: ["plaster", "plastercast", "cast"],
  otherFracture: ["otherfracture"],
  inconclusive: ["inconclusive", "inconclusiveprojection"],
} as const;
type Column = keyof typeof COLUMNS;
const KEYS: readonly KeyKind[] = ["study", "accession", "file"];

const FRACTURE = /^(1|y|yes|true|fracture|fractured|fx|positive|pos)$/i;
const NO_FRACTURE = /^(0|n|no|false|no[ _-]?fracture|none|negative|neg|normal|intact)$/i;
const YES = /^(1|y|yes|true|x)$/i;
/** Growth plates have closed by then, as serving assumes too. */
const ADULT_YEARS = 18;
const LATERAL = /^(lat|lateral|ll|rl|ml|lm)$/i;

/** A label as people write it; undefined where it is none. */
export function labelOf(word: string): Label | undefined {
  if (FRACTURE.test(word)) return "fracture";
  return NO_FRACTURE.test(word) ? "no fracture" : undefined;
}

/**
 * Reads a label file: CSV with commas, semicolons or tabs, one study or file a row, columns by their headings. Rows are
 * numbered as a spreadsheet numbers them, the heading being 1. The paper's criteria that no header tells (plaster, other
 * fracture, projection that does not decide) are columns with a yes in them.
 *
 * @throws {TrainingError} LABELS_INVALID
 */
export async function readLabelFile(path: string): Promise<LabelFile> {
  const [heading = [], ...lines] = readTable(await readText(path), path);
  const places = placesOf(heading, path);
  const rows: LabelRow[] = [];
  const left: Excluded[] = [];
  const leftOut = new Set<string>();
  for (const [at, line] of lines.entries()) {
    const value = (column: Column) => line[places.get(column) ?? -1] ?? "";
    const parsed = readRow(at + 2, value);
    if (typeof parsed === "object") rows.push(parsed);
    else {
      left.push(excluded(at + 2, parsed, "labels"));
      for (const kind of KEYS) if (value(kind) !== "") leftOut.add(keyOf(kind, value(kind)));
    }
  }
  const once = withoutRepetition(rows, left);
  for (const one of rows) if (!once.includes(one)) leftOut.add(keyOf(one.kind, one.key));
  return { rows: once, excluded: left, leftOut, count: lines.length };
}

/** What a row names, as one text; files with the slashes of any system. */
export function keyOf(kind: KeyKind, key: string): string {
  return `${kind} ${kind === "file" ? key.replaceAll("\\", "/") : key}`;
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new TrainingError("LABELS_INVALID", `The label file ${path} cannot be read (${cause.code}).`, { cause });
  });
}

function readTable(text: string, path: string): string[][] {
  try {
    return parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      delimiter: [",", ";", "\t"],
    }) as string[][];
  } catch (error) {
    // The message may quote the file.
    const { lines } = error as { lines?: number };
    throw new TrainingError(
      "LABELS_INVALID",
      `The label file ${path} is not CSV${lines === undefined ? "" : ` in or near line ${lines}`}: is a quotation mark left open?`,
    );
  }
}

function placesOf(heading: readonly string[], path: string): ReadonlyMap<Column, number> {
  const places = new Map<Column, number>();
  const names = heading.map((name) => name.toLowerCase().replace(/[\s_-]/g, ""));
  for (const [column, known] of Object.entries(COLUMNS) as [Column, readonly string[]][]) {
    const at = names.findIndex((name) => known.includes(name));
    if (at >= 0) places.set(column, at);
  }
  if (!places.has("label") || !KEYS.some((key) => places.has(key))) {
    throw new TrainingError(
      "LABELS_INVALID",
      `The first line of the label file ${path} has to name a column "label" (fracture or no fracture) and one of "study" (Study Instance UID), "accession" or "file".`,
    );
  }
  return places;
}

function readRow(row: number, value: (column: Column) => string): LabelRow | ExclusionReason {
  const kind = KEYS.find((key) => value(key) !== "");
  if (kind === undefined) return "NOT_FOUND";
  const label = labelOf(value("label"));
  if (label === undefined) return "NO_LABEL";
  const age = Number.parseFloat(value("age"));
  if (YES.test(value("plaster"))) return "PLASTER_CAST";
  if (YES.test(value("otherFracture"))) return "OTHER_FRACTURE";
  if (YES.test(value("inconclusive"))) return "INCONCLUSIVE_PROJECTION";
  if (value("view") !== "" && !LATERAL.test(value("view"))) return "NOT_LATERAL";
  if (age < ADULT_YEARS) return "OPEN_GROWTH_PLATES";
  const side = value("side").charAt(0).toUpperCase();
  const sex = value("sex").charAt(0).toUpperCase();
  return {
    row,
    kind,
    key: value(kind),
    label,
    side: side === "L" || side === "R" ? side : null,
    subtype: value("subtype") || null,
    patient: value("patient") || null,
    age: Number.isFinite(age) ? age : null,
    sex: sex === "F" || sex === "M" || sex === "O" ? sex : null,
  };
}

/** Of rows about the same thing, the first; none of them where they contradict each other. */
function withoutRepetition(rows: readonly LabelRow[], left: Excluded[]): LabelRow[] {
  const groups = Map.groupBy(rows, ({ kind, key, side }) => JSON.stringify([kind, key, side]));
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined) return [];
    const contradictory = others.some(({ label }) => label !== first.label);
    const out = contradictory ? group : others;
    for (const { row } of out)
      left.push(excluded(row, contradictory ? "CONTRADICTORY_LABELS" : "LISTED_TWICE", "labels"));
    return contradictory ? [] : [first];
  });
}
