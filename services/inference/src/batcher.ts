import type { Engine } from "@redspot/model";
import { MAP_SIZE } from "@redspot/model";
import { type InputScaling, type ModelInput, toThreeChannels } from "@redspot/pixels";

/** What the network says about one image. */
export interface Score {
  /** Log odds of a fracture, before calibration. */
  logit: number;
  /** Class activation map, 8 x 8, row by row. */
  activationMap: number[];
}

interface Waiting {
  input: ModelInput;
  scored: PromiseWithResolvers<Score>;
}

interface BatcherOptions {
  engine: Engine;
  /** The range that the backbone wants grey values in. */
  inputScaling: InputScaling;
  batchSize: number;
}

/**
 * Gathers images of all jobs into batches for the engine. While a batch runs the next gathers; an image never waits for
 * a batch to fill, so that a quiet night is as fast as the network allows and a busy day as efficient.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #waiting: Waiting[] = [];
  #running = false;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Scores one image. An error of the engine reaches every image of its batch. */
  score(input: ModelInput): Promise<Score> {
    const scored = Promise.withResolvers<Score>();
    this.#waiting.push({ input, scored });
    if (!this.#running) void this.#run();
    return scored.promise;
  }

  async #run(): Promise<void> {
    this.#running = true;
    // Let inputs that become ready in the same turn of the event loop share the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#runBatch(this.#waiting.splice(0, this.#options.batchSize));
    this.#running = false;
  }

  async #runBatch(batch: Waiting[]): Promise<void> {
    const { engine, inputScaling } = this.#options;
    try {
      const input = toThreeChannels(
        batch.map((one) => one.input),
        inputScaling,
      );
      const { logits, activationMaps } = await engine.run(input, batch.length);
      const cells = MAP_SIZE * MAP_SIZE;
      batch.forEach(({ scored }, index) => {
        scored.resolve({
          logit: logits[index] ?? Number.NaN,
          activationMap: [...activationMaps.subarray(index * cells, (index + 1) * cells)],
        });
      });
    } catch (error) {
      for (const { scored } of batch) scored.reject(error);
    }
  }
}
