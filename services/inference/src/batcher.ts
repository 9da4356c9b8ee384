import { type EngineLanes, FEATURE_COUNT, type Head, MAP_SIZE } from "@redspot/model";
import { type InputScaling, type ModelInput, toThreeChannels } from "@redspot/pixels";

/** What the network says about one image. */
export interface Score {
  /** Log odds of a fracture, before calibration. */
  logit: number;
  /** Class activation map, 8 x 8, row by row. */
  activationMap: number[];
  /** The 2,048 pooled features that the logit was made of. */
  features: Float32Array;
}

/** What an image is scored by. */
export interface ScoringModel {
  readonly engine: Pick<EngineLanes, "run">;
  /** The range that the backbone wants grey values in. */
  readonly inputScaling: InputScaling;
  readonly head: Head;
  /** The calibrated probability that a logit stands for. */
  readonly calibrate: (logit: number) => number;
}

interface Waiting {
  input: ModelInput;
  by: ScoringModel;
  since: number;
  scored: PromiseWithResolvers<Score>;
}

interface BatcherOptions {
  /** How many batches an engine computes at the same time. */
  lanes: number;
  batchSize: number;
  /** Told of each batch that was scored: how many images, and how long the engine took. */
  onBatch?: (images: number, ms: number) => void;
  /** Told of each image that was scored: how long from when it was there. */
  onScored?: (ms: number) => void;
  /** Whether a batch of the backlog may begin now: no live study is in hand. */
  mayRunBacklog?: () => boolean;
  /** Told when nothing waits and nothing runs. */
  onIdle?: () => void;
}

/**
 * Gathers images of all jobs into batches for the engine's lanes. An image never waits for a batch to fill while a lane
 * is free, so that a quiet night is as fast as the network allows; and on a busy day the next batch of each lane, once
 * full, already lies before it when it has done with this one.
 *
 * A batch is scored by one model: where another gets the word meanwhile, what came before stays with the one that it came to.
 *
 * Images of the backlog have batches of their own, which only ever go to a lane that is free: a live image waits for no
 * more than the batch that runs.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #live: Waiting[] = [];
  readonly #backlog: Waiting[] = [];
  /** Memory of full batches that were scored: to map and collect 4 MB for each anew takes longer than to fill them. */
  readonly #spent: Float32Array[] = [];
  #underWay = 0;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Scores one image. An error of the engine reaches every image of its batch. */
  score(input: ModelInput, by: ScoringModel): Promise<Score> {
    return this.#join(this.#live, input, by);
  }

  /** Scores one image of the backlog, when nothing live wants the engine. */
  scoreOfBacklog(input: ModelInput, by: ScoringModel): Promise<Score> {
    return this.#join(this.#backlog, input, by);
  }

  /** Whether nothing waits and nothing runs. */
  get idle(): boolean {
    return this.#underWay === 0 && this.#live.length === 0 && this.#backlog.length === 0;
  }

  /** To be called when `mayRunBacklog` has become true. */
  wake(): void {
    this.#next();
  }

  #join(waiting: Waiting[], input: ModelInput, by: ScoringModel): Promise<Score> {
    const scored = Promise.withResolvers<Score>();
    waiting.push({ input, by, scored, since: performance.now() });
    // Inputs that become ready in the same turn of the event loop share the first batch.
    setImmediate(() => this.#next());
    return scored.promise;
  }

  #next(): void {
    const batch = this.#dueBatch();
    if (!batch) return;
    this.#underWay++;
    void this.#run(batch).finally(() => {
      this.#underWay--;
      this.#next();
      if (this.idle) this.#options.onIdle?.();
    });
    this.#next();
  }

  #dueBatch(): Waiting[] | undefined {
    const { batchSize, lanes, mayRunBacklog = () => true } = this.#options;
    const free = lanes - this.#underWay;
    const share = (waiting: Waiting[]) => Math.min(batchSize, Math.ceil(waiting.length / free));
    const size = free > 0 ? share(this.#live) : batchSize;
    const isDue = size > 0 && this.#live.length >= size && this.#underWay < 2 * lanes;
    if (isDue) return ofOneModel(this.#live, size);
    const isTurnOfBacklog = free > 0 && this.#live.length === 0 && this.#backlog.length > 0 && mayRunBacklog();
    return isTurnOfBacklog ? ofOneModel(this.#backlog, share(this.#backlog)) : undefined;
  }

  async #run(batch: Waiting[]): Promise<void> {
    const { batchSize, onBatch, onScored } = this.#options;
    const { engine, inputScaling, head } = batch[0]!.by;
    const isFull = batch.length === batchSize;
    try {
      const input = toThreeChannels(
        batch.map((one) => one.input),
        inputScaling,
        isFull ? this.#spent.pop() : undefined,
      );
      const startedAt = performance.now();
      const { features, logits, activationMaps, spent } = await engine.run(input, batch.length, head);
      if (isFull && spent) this.#spent.push(spent);
      onBatch?.(batch.length, performance.now() - startedAt);
      const cells = MAP_SIZE * MAP_SIZE;
      batch.forEach(({ scored, since }, index) => {
        onScored?.(performance.now() - since);
        scored.resolve({
          logit: logits[index] ?? Number.NaN,
          activationMap: [...activationMaps.subarray(index * cells, (index + 1) * cells)],
          features: features.subarray(index * FEATURE_COUNT, (index + 1) * FEATURE_COUNT),
        });
      });
    } catch (error) {
      for (const { scored } of batch) scored.reject(error);
    }
  }
}

/** Takes the first of those who wait, and those behind it that the same model scores: no more than `most`. */
function ofOneModel(waiting: Waiting[], most: number): Waiting[] {
  const by = waiting[0]?.by;
  const other = waiting.findIndex((one) => one.by !== by);
  return waiting.splice(0, other === -1 ? most : Math.min(most, other));
}
