import type { Coded, TreeItem } from "./content-tree.ts";
import { CONTEXT_GROUPS, type ContextGroup } from "./vocabulary.ts";

/** Value multiplicity, and requirement type (PS3.16 6.1.7, 6.1.8). Conditions are functions of the parent. */
export type Multiplicity = "1" | "1-n";
export type Requirement = "M" | "U" | Condition;

/** MC: mandatory if the condition holds; what "otherwise" is, is up to `elsewhere`. */
export interface Condition {
  readonly words: string;
  readonly holds: (parent: TreeItem) => boolean;
  /** Whether the row may be there although the condition does not hold. */
  readonly elsewhere: boolean;
}

/** What a code may be: one of several, of a context group (DCID), of a scheme, or anything (BCID, a parameter). */
export interface CodeConstraint {
  readonly words: string;
  readonly takes: (code: Coded) => boolean;
}

/** A row of a template that is a content item, with the rows below it. */
export interface ItemRow {
  readonly relationship?: string;
  readonly valueTypes: readonly string[];
  /** Concept name; undefined for one without. */
  readonly name: CodeConstraint | undefined;
  readonly multiplicity: Multiplicity;
  readonly requirement: Requirement;
  /** Value of a CODE, units of a NUM. */
  readonly value?: CodeConstraint;
  readonly rows: readonly Row[];
}

/** A row that includes another template, in a relationship that is the included rows' own. */
export interface IncludeRow {
  readonly relationship: string;
  readonly include: Template;
  readonly multiplicity: Multiplicity;
  readonly requirement: Requirement;
}

export type Row = ItemRow | IncludeRow;

export interface Template {
  readonly tid: string;
  readonly title: string;
  /** Whether items come in the order of the rows (PS3.16 6.2.4). */
  readonly ordered?: boolean;
  /** Concept names ("value scheme") of items that Redspot adds where the template is extensible (PS3.16 6.2.1). */
  readonly additions?: readonly string[];
  readonly rows: readonly Row[];
}

const keyOf = ({ value, scheme }: Coded) => `${value} ${scheme}`;

/** EV: exactly this code. */
export function ev(key: string, words = key): CodeConstraint {
  return { words, takes: (code) => keyOf(code) === key };
}

/** DCID: a code of this context group. */
export function dcid(group: ContextGroup): CodeConstraint {
  const codes: readonly string[] = CONTEXT_GROUPS[group];
  return { words: `CID ${group}`, takes: (code) => codes.includes(keyOf(code)) };
}

/** CID 5000, which is RFC 5646 as a whole. */
export const LANGUAGES: CodeConstraint = {
  words: "CID 5000 (RFC5646)",
  takes: ({ value, scheme }) => scheme === "RFC5646" && /^[a-z]{2,3}(-[A-Z]{2})?$/.test(value),
};

/** BCID, or a parameter that the including template leaves open. */
export const ANY: CodeConstraint = { words: "any", takes: () => true };

/** A row that is one content item. */
export function item(
  relationship: string | undefined,
  valueType: string | readonly string[],
  name: CodeConstraint | undefined,
  multiplicity: Multiplicity,
  requirement: Requirement,
  { value, rows = [] }: { value?: CodeConstraint; rows?: readonly Row[] } = {},
): ItemRow {
  return {
    ...(relationship === undefined ? {} : { relationship }),
    valueTypes: typeof valueType === "string" ? [valueType] : valueType,
    name,
    multiplicity,
    requirement,
    ...(value === undefined ? {} : { value }),
    rows,
  };
}

/** A row that includes a template. */
export function include(
  relationship: string,
  template: Template,
  multiplicity: Multiplicity,
  requirement: Requirement,
): IncludeRow {
  return { relationship, include: template, multiplicity, requirement };
}
