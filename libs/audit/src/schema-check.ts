import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RelaxNGValidator, XmlDocument } from "libxml2-wasm";

const SCHEMA = fileURLToPath(new URL("../schema/audit-message.rng", import.meta.url));

/** What a message has that the schema of PS3.15 A.5.1 does not allow; undefined where it is valid. By libxml2. */
export function schemaMistake(xml: string): string | undefined {
  using schema = XmlDocument.fromBuffer(readFileSync(SCHEMA));
  using validator = RelaxNGValidator.fromDoc(schema);
  try {
    using document = XmlDocument.fromString(xml);
    validator.validate(document);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
