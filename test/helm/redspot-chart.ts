import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export type Values = { [name: string]: unknown };

/** The chart of Redspot, and the files of values that it is tested with, by their names. */
export const chart = join(import.meta.dirname, "..", "..", "helm", "redspot");
export const valueFiles = Object.fromEntries(
  readdirSync(join(chart, "ci")).map((file) => [file.replace("-values.yaml", ""), join(chart, "ci", file)]),
);

/** The chart's values with others over them, as Helm puts them together before it looks at the schema. */
export function valuesWith(given: Values, below: Values = readValues(join(chart, "values.yaml"))): Values {
  const isMapping = (value: unknown): value is Values => value?.constructor === Object;
  const merged = Object.entries(given).map(([name, value]) => {
    const other = below[name];
    return [name, isMapping(value) && isMapping(other) ? valuesWith(value, other) : value];
  });
  return { ...below, ...Object.fromEntries(merged) };
}

export const readValues = (file: string): Values => parse(readFileSync(file, "utf8"));
