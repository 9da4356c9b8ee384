/** A planted bug, loaded before a service's own code (node --import): a report has a new UID each time it is made. */
import { replaceSource } from "./replace-source.ts";

const PLACE = "export function deriveUid(...names: string[]): string {";

replaceSource(
  "/libs/dicom/src/uid.ts",
  PLACE,
  `${PLACE} if (names[0] === "report") names.push(String(Math.random()));`,
);
