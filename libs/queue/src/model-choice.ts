import { z } from "zod";
import { keyOf, type Store } from "./connection.ts";

const packageName = z.object({ packageHash: z.string(), name: z.string(), version: z.string() });

/** A model package, by what people call it and by what it is. */
export type PackageName = z.infer<typeof packageName>;

export const modelChangeSchema = z.object({
  /** From 1, each one more than the one before. */
  number: z.int().positive(),
  act: z.enum(["promote", "rollback"]),
  /** What speaks from then on, and what spoke until then. */
  package: packageName,
  before: packageName,
  by: z.string(),
  why: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
});

/** Who gave the word to which model package, when and why. */
export type ModelChange = z.infer<typeof modelChangeSchema>;

/** So many changes are remembered. */
const MOST = 1000;

/** KEYS changes; ARGV the number that the change has to have, the change: appends it where it is the next one. */
const APPEND = `
local last = redis.call('LINDEX', KEYS[1], -1)
local number = last and cjson.decode(last).number or 0
if number + 1 ~= tonumber(ARGV[1]) then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[2])
redis.call('LTRIM', KEYS[1], -${MOST}, -1)
return 1
`;

/**
 * Which model package speaks, where more than one is loaded: the one that the latest change gave the word to, and before
 * the first change the one that each process is configured with. History and pointer are one list, so that one cannot be
 * without the other.
 */
export class ModelChoice {
  readonly #store: Store;
  readonly #key: string;

  constructor(store: Store) {
    this.#store = store;
    this.#key = keyOf(store, "model-changes");
  }

  /** The latest change; undefined where there was none. */
  async latest(): Promise<ModelChange | undefined> {
    const last = await this.#store.redis.lindex(this.#key, -1);
    return last === null ? undefined : parsed(last);
  }

  /** All changes that are remembered, the oldest first. */
  async history(): Promise<ModelChange[]> {
    return (await this.#store.redis.lrange(this.#key, 0, -1)).map(parsed);
  }

  /** Makes a change. False where its number is not the next one: somebody else was faster. */
  async change(change: ModelChange): Promise<boolean> {
    const text = JSON.stringify(modelChangeSchema.parse(change));
    return (await this.#store.redis.eval(APPEND, 1, this.#key, change.number, text)) === 1;
  }
}

const parsed = (text: string) => modelChangeSchema.parse(JSON.parse(text));
