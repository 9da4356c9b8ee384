import { z } from "zod";
import { keyOf, type Store } from "./connection.ts";

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number(), n: z.number() });

const loadedPackage = z.object({
  packageHash: z.string(),
  name: z.string(),
  version: z.string(),
  intendedUse: z.enum(["demonstration", "clinical"]),
  /** The variable that it came by. */
  role: z.enum(["configured", "shadow"]),
  backboneHash: z.string(),
  headHash: z.string(),
  calibrationHash: z.string(),
  /** Fingerprint of the key that signed it, where signatures are asked for. */
  signedBy: z.string().optional(),
  /** Why the process would not let it speak, by code; absent where it would. */
  refusedAs: z.string().optional(),
  evaluation: z.object({
    part: z.enum(["testing", "final"]),
    auc: estimate,
    sensitivity: estimate,
    specificity: estimate,
    finalSetUses: z.object({ evaluations: z.number(), models: z.number() }).optional(),
  }),
});

/** A model package that a process has loaded and verified. */
export type LoadedPackage = z.infer<typeof loadedPackage>;

const processSchema = z.object({
  process: z.string(),
  mode: z.enum(["demonstration", "clinical"]),
  packages: z.array(loadedPackage),
  /** Why there is no shadow though one is configured, by code. */
  shadowRefusedAs: z.string().optional(),
  /** Hash of the package that speaks; absent where the one that should is not loaded, and nothing is analysed. */
  speaks: z.string().optional(),
  /** The number of the latest change that it knows of; 0 where it knows of none. */
  change: z.number(),
});

/** What an inference process says about its models. */
export type ModelProcess = z.infer<typeof processSchema>;

/** A process that says nothing for so long is not there any more. */
const LASTS_SECONDS = 30;

/** Which inference processes there are, and which model packages they have loaded. */
export class ModelPresence {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** To be said at least every ten seconds, and whenever it changes. */
  async say(process: ModelProcess): Promise<void> {
    const { redis } = this.#store;
    await redis
      .multi()
      .sadd(this.#key(), process.process)
      .set(this.#key(process.process), JSON.stringify(process), "EX", LASTS_SECONDS)
      .exec();
  }

  /** Says that a process ends. */
  async leave(process: string): Promise<void> {
    await this.#store.redis.multi().srem(this.#key(), process).del(this.#key(process)).exec();
  }

  /** The processes that are there, by their names. */
  async processes(): Promise<ModelProcess[]> {
    const { redis } = this.#store;
    const names = (await redis.smembers(this.#key())).sort();
    if (names.length === 0) return [];
    const said = await redis.mget(...names.map((name) => this.#key(name)));
    const gone = names.filter((_, index) => said[index] === null);
    if (gone.length > 0) await redis.srem(this.#key(), ...gone);
    return said.flatMap((text) => (text === null || text === undefined ? [] : [processSchema.parse(JSON.parse(text))]));
  }

  #key(...process: string[]): string {
    return keyOf(this.#store, "model-processes", ...process);
  }
}
