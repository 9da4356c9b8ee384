import { MIMEType } from "node:util";

/** A media type (RFC 9110 8.3.1): "type/subtype" in lower case, parameters by their lower-case names. */
export interface MediaType {
  essence: string;
  parameters: ReadonlyMap<string, string>;
}

/**
 * Parses a Content-Type, quoted or unquoted, also where a value that should be quoted is not, such as
 * `type=application/dicom`. Undefined where there is none to be made out.
 */
export function parseMediaType(header: string | undefined): MediaType | undefined {
  if (header === undefined) return undefined;
  try {
    const { essence, params } = new MIMEType(header);
    return { essence, parameters: new Map(params) };
  } catch {
    return undefined;
  }
}

/** The longest boundary that RFC 2046 5.1.1 allows. */
const LONGEST_BOUNDARY = 70;

/** Whether the text may serve as a boundary (RFC 2046 5.1.1): not too long, and without control characters. */
export function isBoundary(text: string, { longest = LONGEST_BOUNDARY }: { longest?: number } = {}): boolean {
  return text.length <= longest && /^[\x20-\x7e]*[\x21-\x7e]$/.test(text);
}
