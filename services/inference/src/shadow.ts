import { logitOf } from "@redspot/model";
import { type ModelInput, toThreeChannels } from "@redspot/pixels";
import type { PackageScore, ShadowNote, ShadowScores } from "@redspot/queue";
import { type Finding, outcomeAt } from "@redspot/triage";
import type { OpenModel } from "./open-model.ts";

/** What became of a study in the shadow. */
export type ShadowOutcome = "scored" | "skipped" | "failed";

/** The shadow's logit for an image, or why there is none. */
export type ShadowLogit = number | Exclude<ShadowOutcome, "scored">;

/** What the shadow has to be able to do to score: an engine alone is replaced in tests. */
type ShadowModel = Pick<OpenModel, "identity" | "inputScaling" | "head" | "calibrate"> & {
  engine: Pick<OpenModel["engine"], "run">;
};

interface ShadowOptions<M> {
  /** The packages that are loaded: whichever speaks, the other is the shadow. */
  models: readonly M[];
  /** Whether nothing else wants the machine. */
  mayRun: () => boolean;
  scores: Pick<ShadowScores, "note">;
  onOutcome: (outcome: ShadowOutcome) => void;
  onError: (error: unknown) => void;
}

interface Waiting<M> {
  by: M;
  input: ModelInput;
  scored: (logit: ShadowLogit) => void;
}

/** So many images wait for a backbone of the shadow's own, 360 KB each; one more is let go. */
const MOST_WAITING = 64;

/**
 * Has a second package score the same studies, silently: what it says is kept beside the finding, for a comparison, and goes
 * nowhere else. Whatever happens to it is counted, and nothing waits for it.
 *
 * A shadow of the same backbone costs its head only, some microseconds an image: the features are there. One of another
 * backbone has each image go through that too, one at a time and only while nothing else is in hand; on a machine that is
 * never quiet it says little.
 */
export class Shadow<M extends ShadowModel = OpenModel> {
  readonly #options: ShadowOptions<M>;
  readonly #waiting: Waiting<M>[] = [];
  #isRunning = false;

  constructor(options: ShadowOptions<M>) {
    this.#options = options;
  }

  /** The package that scores beside another. */
  besides(spoke: M): M | undefined {
    return this.#options.models.find((model) => model !== spoke);
  }

  /** What the shadow says of an image that another package has scored; never rejects. Undefined where there is no shadow. */
  score(input: ModelInput, features: Float32Array, spoke: M): Promise<ShadowLogit> | undefined {
    const by = this.besides(spoke);
    if (by === undefined) return undefined;
    if (by.engine === spoke.engine) return Promise.resolve(logitOf(by.head, features));
    if (this.#waiting.length >= MOST_WAITING) return Promise.resolve("skipped");
    const scored = Promise.withResolvers<ShadowLogit>();
    this.#waiting.push({ by, input, scored: scored.resolve });
    setImmediate(() => this.wake());
    return scored.promise;
  }

  /** To be called when `mayRun` may have become true. */
  wake(): void {
    if (this.#isRunning || !this.#options.mayRun()) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#isRunning = true;
    void this.#run(next).finally(() => {
      this.#isRunning = false;
      this.wake();
    });
  }

  async #run({ by, input, scored }: Waiting<M>): Promise<void> {
    try {
      const { logits } = await by.engine.run(toThreeChannels([input], by.inputScaling), 1, by.head);
      scored(Number.isFinite(logits[0]) ? logits[0]! : "failed");
    } catch (error) {
      this.#options.onError(error);
      scored("failed");
    }
  }

  /** Keeps what both packages say of a study whose finding is new, once the shadow has said it; never rejects. */
  async keep(finding: Finding, spoke: M, beside: readonly Promise<ShadowLogit>[]): Promise<void> {
    const by = this.besides(spoke);
    if (by === undefined || finding.outcome === "not-analysed") return;
    const { onOutcome, onError, scores } = this.#options;
    try {
      const logits = await Promise.all(beside);
      const own = finding.instances.flatMap((one) => (one.analysed ? [one.logit] : []));
      const known = logits.filter((logit) => typeof logit === "number");
      // What is recalled from an earlier finding the shadow has not seen.
      if (known.length < own.length) return onOutcome(logits.includes("failed") ? "failed" : "skipped");
      const note: ShadowNote = {
        studyInstanceUID: finding.studyInstanceUID,
        revision: finding.revision,
        at: Date.parse(finding.analysedAt),
        scores: {
          [spoke.identity.packageHash]: scoreOf(spoke, Math.max(...own)),
          [by.identity.packageHash]: scoreOf(by, Math.max(...known)),
        },
      };
      await scores.note(note);
      onOutcome("scored");
    } catch (error) {
      onError(error);
      onOutcome("failed");
    }
  }
}

function scoreOf({ calibrate, identity }: Pick<ShadowModel, "calibrate" | "identity">, logit: number): PackageScore {
  const probability = calibrate(logit);
  return { logit, probability, outcome: outcomeAt(probability, identity) };
}
