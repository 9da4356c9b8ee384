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
 * a batch to fill, so that a quiet night is as fast as the network allows and a busy day as efficient: then the next
 * batch, once full, already lies before the engine when it has done with this one.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Scores one image. An error of the engine reaches every image of its batch. */
  score(input: ModelInput): Promise<Score> {
    const scored = Promise.withResolvers<Score>();
    this.#waiting.push({ input, scored });
    // Inputs that become ready in the same turn of the event loop share the first batch.
    setImmediate(() => this.#next());
    return scored.promise;
  }

  #next(): void {
    const { batchSize } = this.#options;
    const isDue = this.#underWay === 0 ? this.#waiting.length > 0 : this.#waiting.length >= batchSize;
    if (this.#underWay > 1 || !isDue) return;
    this.#underWay++;
    void this.#run(this.#waiting.splice(0, batchSize)).finally(() => {
      this.#underWay--;
      this.#next();
    });
  }

  async #run(batch: Waiting[]): Promise<void> {
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
