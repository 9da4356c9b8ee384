import { z } from "zod";
import { keyOf, type Store } from "./connection.ts";

const score = z.object({
  /** The highest of the study's images'. */
  logit: z.number(),
  /** Calibrated, as the package does it. */
  probability: z.number(),
  outcome: z.enum(["fracture", "no-fracture", "inconclusive"]),
});

/** What one package says of a study. */
export type PackageScore = z.infer<typeof score>;

const noteSchema = z.object({
  studyInstanceUID: z.string(),
  revision: z.int().positive(),
  /** When the finding was made, in milliseconds since 1970. */
  at: z.number(),
  /** By the packages' hashes: both of the pair. */
  scores: z.record(z.string(), score),
});

/** What two packages say of one study: identifiers and figures. */
export type ShadowNote = z.infer<typeof noteSchema>;

/** Of so many studies and for so many days the scores are kept. */
const MOST = 20_000;
const DAYS = 180;

/**
 * KEYS notes, order; ARGV study, revision, when, note, how many, from when: keeps a study's scores unless those of a later
 * revision are there, and forgets the oldest.
 */
const NOTE = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and cjson.decode(known).revision > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
local old = redis.call('ZRANGE', KEYS[2], '-inf', '(' .. ARGV[6], 'BYSCORE', 'LIMIT', 0, 100)
for _, study in ipairs(redis.call('ZRANGE', KEYS[2], 0, -(tonumber(ARGV[5]) + 1))) do old[#old + 1] = study end
for _, study in ipairs(old) do
  redis.call('HDEL', KEYS[1], study)
  redis.call('ZREM', KEYS[2], study)
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ${DAYS * 24 * 3600}) end
return 1
`;

/** So many notes are read at a time. */
const CHUNK = 500;

/**
 * What two model packages say of the same studies, whichever of them speaks: nothing of it is on the reading list or in a
 * report. Kept by Study Instance UID, so that readers' verdicts can be set beside it; the latest revision of each study,
 * no more than 20,000 studies, for half a year.
 */
export class ShadowScores {
  readonly #store: Store;
  readonly #most: number;

  constructor(store: Store, { most = MOST }: { most?: number } = {}) {
    this.#store = store;
    this.#most = most;
  }

  async note(note: ShadowNote): Promise<void> {
    const [notes, order] = this.#keys(Object.keys(note.scores));
    const { studyInstanceUID, revision, at } = note;
    const from = at - DAYS * 24 * 3600 * 1000;
    const text = JSON.stringify(noteSchema.parse(note));
    await this.#store.redis.eval(NOTE, 2, notes, order, studyInstanceUID, revision, at, text, this.#most, from);
  }

  /** How many studies both packages have scored. */
  async count(pair: readonly string[]): Promise<number> {
    return this.#store.redis.zcard(this.#keys(pair)[1]);
  }

  /** What both said, in the order of the findings; only the latest so many where that is given. */
  async *of(pair: readonly string[], latest?: number): AsyncGenerator<ShadowNote> {
    const { redis } = this.#store;
    const [notes, order] = this.#keys(pair);
    const studies = await redis.zrange(order, latest === undefined ? "0" : String(-latest), "-1");
    for (let at = 0; at < studies.length; at += CHUNK) {
      for (const text of await redis.hmget(notes, ...studies.slice(at, at + CHUNK))) {
        if (text !== null) yield noteSchema.parse(JSON.parse(text));
      }
    }
  }

  /** The same two, whichever is named first. */
  #keys(pair: readonly string[]): [string, string] {
    const [one, other, ...more] = [...pair].sort();
    if (one === undefined || other === undefined || more.length > 0)
      throw new RangeError("scores are those of two packages");
    const key = keyOf(this.#store, "shadow", one, other);
    return [key, `${key}:order`];
  }
}
