/**
 * Loaded before a service's own code (node --import): the wall clock is off by as many milliseconds as a file says, and
 * jumps when the file changes. Timers and performance.now() run on, as they do when an operator sets a machine's clock.
 */
import { readFileSync, watchFile } from "node:fs";

const file = new URL(import.meta.url).searchParams.get("offset");
if (file === null) throw new Error("shifted-clock.ts?offset=FILE");

let offsetMs = read(file);
watchFile(file, { interval: 250, persistent: false }, () => {
  offsetMs = read(file);
});

const RealDate = Date;
const now = () => RealDate.now() + offsetMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: [], newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
});

function read(path: string): number {
  return Number(readFileSync(path, "utf8"));
}
