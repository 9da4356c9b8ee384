import { createRequire } from "node:module";
import type * as Dcmjs from "dcmjs";

let loaded: typeof Dcmjs | undefined;

/** Of these dcmjs takes trailing spaces off by an expression that tries each of them anew: of a megabyte it takes an hour. */
const TRIMMED = ["LT", "ST", "TM", "UC", "UT"];

/**
 * dcmjs with its data dictionary, loaded by who first needs it: it takes 17 MB, and a service that passes instances on
 * as they are never does.
 */
export function loadDcmjs(): typeof Dcmjs {
  if (loaded === undefined) {
    loaded = createRequire(import.meta.url)("dcmjs") as typeof Dcmjs;
    // It writes what it dislikes to the console, values of the data set included: patient data does not belong there.
    loaded.log.setLevel("silent");
    loaded.log.getLogger("validation.dcmjs").setLevel("silent");
    for (const vr of TRIMMED) {
      loaded.data.ValueRepresentation.createByTypeString(vr).applyFormatting = (value) => value.trimEnd();
    }
  }
  return loaded;
}
