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

/** Whether the text may serve as a boundary (RFC 2046 5.1.1): up to 70 characters, none of them a control character. */
export function isBoundary(text: string): boolean {
  return /^[\x20-\x7e]{0,69}[\x21-\x7e]$/.test(text);
}
