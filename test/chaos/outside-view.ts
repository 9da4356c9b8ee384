import type { Cell } from "./cell.ts";
import type { Places } from "./inspect.ts";
import { RedisReader } from "./redis-reader.ts";

const TRIES = 40;
const BETWEEN_TRIES_MS = 250;

/** The checker's own ways to Redis, the spool and the PACS, past all proxies; anew where they were started again. */
export class OutsideView {
  readonly #cell: Cell;
  #redis: RedisReader | undefined;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  /** Looks, and looks again where something is away just now. */
  async look<T>(how: (places: Places) => Promise<T>): Promise<T> {
    for (let tries = TRIES; ; tries -= 1) {
      try {
        const { redisPort, spoolFolder, pacsUrl } = this.#cell;
        this.#redis ??= await RedisReader.open(redisPort);
        return await how({ redis: this.#redis, spoolFolder, pacsUrl });
      } catch (error) {
        this.close();
        if (tries === 1) throw error;
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
      }
    }
  }

  close(): void {
    this.#redis?.close();
    this.#redis = undefined;
  }
}
