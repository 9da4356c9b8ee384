import { type DataSet, keywordOf, tagOf } from "@redspot/dicom";

/** A matching key: the path of an attribute by tags, and what it is to be. */
export interface MatchingKey {
  path: readonly string[];
  value: string;
}

/** The path of an attribute, by keyword or tag, within sequences by dots (PS3.18 8.3.4.1); undefined where it is none. */
export function attributePath(name: string): string[] | undefined {
  const path = name.split(".").map((part) => (/^[0-9a-f]{8}$/i.test(part) ? part.toUpperCase() : tagOfKeyword(part)));
  return path.includes(undefined) ? undefined : (path as string[]);
}

function tagOfKeyword(keyword: string): string | undefined {
  try {
    return tagOf(keyword);
  } catch {
    return undefined;
  }
}

/** The keyword of a path's last attribute, for those that are treated apart. */
export function keywordOfPath(path: readonly string[]): string | undefined {
  return keywordOf(path.at(-1) ?? "");
}

/** Whether a data set has what a key asks for (PS3.4 C.2.2.2): an empty key matches all. */
export function matches(dataSet: DataSet, { path, value }: MatchingKey): boolean {
  if (value === "" || value === "*") return true;
  const [tag = "", ...rest] = path;
  const element = dataSet[tag];
  const values = element?.Value ?? [];
  // Sequence Matching: some item has it (PS3.4 C.2.2.2.6).
  if (rest.length > 0) return values.some((item) => matches(item as DataSet, { path: rest, value }));
  return values.some((one) => matchesValue(textOf(one), value, element?.vr ?? ""));
}

const RANGED = new Set(["DA", "TM", "DT"]);

function matchesValue(has: string, wanted: string, vr: string): boolean {
  if (vr === "UI") return wanted.split(/[,\\]/).some((uid) => uid.trim() === has);
  if (RANGED.has(vr) && /^[^+-]*-|.-./.test(wanted)) return isWithin(has, wanted);
  if (RANGED.has(vr)) return has === wanted || has.startsWith(wanted);
  // Codes and names are compared as they are; a person's name whatever its capitals (PS3.4 C.2.2.2.1).
  return vr === "PN" ? likeWildcard(has.toLowerCase(), wanted.toLowerCase()) : likeWildcard(has, wanted);
}

/** Range Matching (PS3.4 C.2.2.2.5): `from-`, `-to` or `from-to`; a value is compared as far as the bound goes. */
function isWithin(has: string, range: string): boolean {
  // The hyphen of an offset from UTC is followed by four digits and the end, or another hyphen (PS3.5 6.2).
  const [, from = "", to = ""] = /^(.*?(?:[+-]\d{4})?)-(.*)$/.exec(range) ?? [];
  const bare = (text: string) => text.replace(/[+-]\d{4}$/, "").trim();
  const value = bare(has);
  const [low, high] = [bare(from), bare(to)];
  return (low === "" || value.slice(0, low.length) >= low) && (high === "" || value.slice(0, high.length) <= high);
}

/** Wild Card Matching (PS3.4 C.2.2.2.4): `*` is any text, `?` any character. In time that no pattern can blow up. */
function likeWildcard(has: string, wanted: string): boolean {
  let [at, next, star, resume] = [0, 0, -1, 0];
  while (at < has.length) {
    if (next < wanted.length && (wanted[next] === "?" || (wanted[next] === has[at] && wanted[next] !== "*"))) {
      at += 1;
      next += 1;
    } else if (wanted[next] === "*") {
      [star, resume] = [next, at];
      next += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      resume += 1;
      [at, next] = [resume, star + 1];
    } else return false;
  }
  while (wanted[next] === "*") next += 1;
  return next === wanted.length;
}

function textOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "Alphabetic" in value) return String(value.Alphabetic);
  return String(value ?? "").trim();
}
