import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/**
 * What of this thread's memory is in use once V8 has collected the rest. Resident memory says less: V8 keeps hundreds of
 * megabytes of pages that nothing lies in, the more the larger what comes and goes.
 */
export function liveBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
