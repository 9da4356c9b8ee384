import { Piscina } from "piscina";
import type { PartFeatures } from "../work-folder.ts";
import { dealFolds } from "./folds.ts";
import type { HeadOptions } from "./head-options.ts";
import type { FoldTask } from "./train-fold.ts";

export interface CrossValidationOptions {
  readonly patientOf: (id: string) => string;
  readonly folds: number;
  /** Of the folds, and of each training. */
  readonly seed: number;
  /** Folds that are trained at once. */
  readonly threads: number;
}

/** What a head that was trained on the other folds says of a fold's cases. */
export interface HeldOut {
  /** One row a case, that of the image as it is. */
  readonly rows: Uint32Array;
  readonly logits: Float64Array;
}

/**
 * Cross-validation within the training part: patients are dealt to folds; each fold is measured, one image a case and that as it is,
 * by a head trained on the others' augmented images. Nothing stops early, as that would choose by the very fold that is
 * measured.
 */
export class CrossValidation {
  readonly #training: { readonly features: Float32Array; readonly labels: Uint8Array };
  readonly #rows: Uint32Array;
  readonly #first: Uint32Array;
  readonly #dealt: Uint32Array;
  readonly #seed: number;
  readonly #pool: Piscina<FoldTask, Float64Array | null>;

  constructor({ features, labels, ids }: PartFeatures, { patientOf, folds, seed, threads }: CrossValidationOptions) {
    const shared = new Float32Array(new SharedArrayBuffer(features.byteLength));
    shared.set(features);
    this.#training = { features: shared, labels };
    this.#rows = Uint32Array.from(ids.keys());
    this.#first = Uint32Array.from(new Map(ids.map((id, row) => [id, row] as const).toReversed()).values()).sort();
    this.#dealt = dealFolds(
      ids.map((id, row) => ({ patient: patientOf(id), label: labels[row]! })),
      folds,
      seed,
    );
    this.#seed = seed;
    this.#pool = new Piscina({
      filename: new URL("./train-fold.ts", import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
    });
  }

  /** Null where training diverged. */
  async run(options: HeadOptions, fold: number): Promise<HeldOut | null> {
    const rows = this.#first.filter((row) => this.#dealt[row] === fold);
    const logits = await this.#pool.run({
      ...this.#training,
      trainOn: this.#rows.filter((row) => this.#dealt[row] !== fold),
      measureOn: rows,
      options: { ...options, earlyStopping: null },
      seed: this.#seed,
    });
    return logits && { rows, logits };
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
