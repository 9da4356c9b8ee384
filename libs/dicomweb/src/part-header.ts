/** What is wrong with a part's header fields; the parts around it can still be read. */
export type PartProblem =
  /** Longer than the reader was told to take, or of more fields than any sender writes. */
  | "HEADER_TOO_LARGE"
  /** A line that is no header field (RFC 5322 2.2), or no blank line before the body. */
  | "BAD_HEADER";

/** Header fields by lower-case name. Of a field that occurs twice the first counts. */
export type PartHeaders = ReadonlyMap<string, string>;

const MOST_FIELDS = 100;

/** Its value may have spaces and tabs at both ends: an expression that left them out would try each of them anew. */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)$/;

/** Parses the lines before a part's blank line; lines that begin with white space go on with the one before. */
export function parsePartHeader(header: string): PartHeaders | PartProblem {
  const fields = new Map<string, string>();
  const unfolded = header.replace(/\r?\n[ \t]+/g, " ");
  const lines = unfolded.split(/\r?\n/);
  if (lines.length > MOST_FIELDS + 1) return "HEADER_TOO_LARGE";
  for (const line of lines) {
    if (line.trim() === "") continue;
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined || /[\0\r]/.test(value)) return "BAD_HEADER";
    const key = name.toLowerCase();
    if (!fields.has(key)) fields.set(key, value.trim());
  }
  return fields;
}
