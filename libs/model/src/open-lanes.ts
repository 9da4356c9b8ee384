import type { Engine } from "./engine.ts";
import { type EngineOptions, openEngine } from "./open-engine.ts";

/** Engines side by side that answer as one. */
export interface EngineLanes extends Engine {
  /** How many runs are computed at the same time. */
  readonly lanes: number;
}

/**
 * Opens engines of the same network side by side, each with a thread and a copy of the weights (90 MB) of its own; a run
 * goes to the one that has the fewest before it. Threads that share one run wait for each other at every layer, and all
 * of them for the one whose core somebody else uses; lanes wait for nobody.
 *
 * @param options `threads` are those of each lane
 * @throws {ModelError} as `openEngine`
 */
export async function openLanes(options: EngineOptions, lanes: number): Promise<EngineLanes> {
  const opened = await Promise.allSettled(Array.from({ length: lanes }, () => openEngine(options)));
  const engines = opened.flatMap((one) => (one.status === "fulfilled" ? [{ engine: one.value, underWay: 0 }] : []));
  const failed = opened.find((one) => one.status === "rejected");
  const close = async () => void (await Promise.all(engines.map(({ engine }) => engine.close())));
  if (failed) {
    await close();
    throw failed.reason;
  }
  const { name, version, device } = engines[0]!.engine;
  return {
    name,
    version,
    device,
    lanes,
    async run(input, n, head) {
      const lane = engines.reduce((best, one) => (one.underWay < best.underWay ? one : best));
      lane.underWay++;
      try {
        return await lane.engine.run(input, n, head);
      } finally {
        lane.underWay--;
      }
    },
    close,
  };
}
