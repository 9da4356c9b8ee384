/**
 * A planted bug, loaded before a service's own code (node --import): a report has a new UID each time it is made. It
 * stops the service where the place that it changes is no longer there.
 */
import { registerHooks } from "node:module";

const PLACE = "export function deriveUid(...names: string[]): string {";

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith("/libs/dicom/src/uid.ts")) return loaded;
    const source = String(loaded.source);
    if (!source.includes(PLACE)) throw new Error(`${url} has changed: plant this bug anew`);
    const bug = `${PLACE} if (names[0] === "report") names.push(String(Math.random()));`;
    return { ...loaded, source: source.replace(PLACE, bug) };
  },
});
