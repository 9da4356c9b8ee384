import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

const MIB = 1024 * 1024;

/** V8 begins with that, and would grow it to 16 MiB. */
const INITIAL_BYTES = MIB;

/** A smaller one is collected several times as often, and a larger one no cheaper: there is only more memory then. */
const ENOUGH_BYTES = 4 * MIB;

/** How large the young generation is: how much V8 lets come together before it collects it. */
export function youngGenerationBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")!;
  return young.space_used_size + young.space_available_size;
}

/**
 * Keeps this process small while bodies stream through it. To be imported before anything else.
 *
 * How far the young generation grows can only be said before a process starts; by which factor it does, whenever it is
 * collected. So one step takes it from its first size to the one that is enough, and the next leaves it there, until V8
 * has made it smaller again. `test/bench/stow-memory.ts` measures what that takes.
 *
 * The heap itself is small, and V8 is told to keep it so: its code is simple, and what takes time is not JavaScript.
 */
function sayHowToGrow(): void {
  const isInitial = youngGenerationBytes() < ENOUGH_BYTES / 2;
  setFlagsFromString(`--semi-space-growth-factor=${isInitial ? ENOUGH_BYTES / INITIAL_BYTES : 1}`);
}

sayHowToGrow();
new PerformanceObserver(sayHowToGrow).observe({ entryTypes: ["gc"] });
setFlagsFromString("--optimize-for-size");
