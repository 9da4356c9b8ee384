import { keyOf, type Store } from "./connection.ts";
import type { QueueName } from "./queue-name.ts";

/** What is known of a job whose process died while it worked on it. */
export interface Deaths {
  /** Processes that died while they worked on it, perhaps on others too. */
  among: number;
  /** Those that died while they worked on nothing else. */
  alone: number;
}

/**
 * What is found at the beginning of a try: KEYS marks; ARGV job. A mark is "deaths among, deaths alone, how it runs":
 * + together with others, ! alone, - not at all. One that still runs was left by a process that died.
 */
const BEGIN = `
local among, alone, how = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '0,0,-', '^(%d+),(%d+),(.)$')
if not how then return { 0, 0 } end
if how ~= '-' then among = among + 1 end
if how == '!' then alone = alone + 1 end
if how ~= '-' then redis.call('HSET', KEYS[1], ARGV[1], string.format('%d,%d,-', among, alone)) end
return { tonumber(among), tonumber(alone) }
`;

/**
 * Which jobs of a queue are being worked on, kept where it outlives the process. A process that dies takes all its jobs
 * with it, and BullMQ hands them all out again without knowing which one killed it. Those that had not begun, waiting in
 * the process's hands, are not suspected; those that had are tried alone, and then whoever kills is known.
 */
export class UnderWay {
  readonly #store: Store;
  readonly #key: string;

  constructor(store: Store, queue: QueueName) {
    this.#store = store;
    this.#key = keyOf(store, "under-way", queue);
  }

  /** How many processes have died over a job until now. To be asked once in each try, before `mark`. */
  async deaths(jobId: string): Promise<Deaths> {
    const [among, alone] = (await this.#store.redis.eval(BEGIN, 1, this.#key, jobId)) as [number, number];
    return { among, alone };
  }

  /** Marks a job as being worked on. */
  async mark(jobId: string, { among, alone }: Deaths, how: "together" | "alone"): Promise<void> {
    await this.#store.redis.hset(this.#key, jobId, `${among},${alone},${how === "alone" ? "!" : "+"}`);
  }

  /** The process has lived through it, whatever came of it. */
  async clear(jobId: string): Promise<void> {
    await this.#store.redis.hdel(this.#key, jobId);
  }
}
