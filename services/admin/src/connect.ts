import { closeStore, connectStore, type Store } from "@redspot/queue";
import { commonVariables, describeConfig, readConfig } from "@redspot/runtime";
import { AdminError } from "./admin-error.ts";

export type Environment = Record<string, string | undefined>;

/** How long a command waits for Redis before it says that it is away. */
const ANSWER_WITHIN_MS = 5_000;

const { REDSPOT_REDIS_URL, REDSPOT_REDIS_PREFIX } = commonVariables;
const variables = { REDSPOT_REDIS_URL, REDSPOT_REDIS_PREFIX };

/** Runs a command on the installation's Redis, and ends the connection after it. Throws AdminError REDIS_AWAY. */
export async function withStore<T>(environment: Environment, command: (store: Store) => Promise<T>): Promise<T> {
  const config = readConfig(variables, environment);
  let lastError: Error | undefined;
  const store = connectStore(config.REDSPOT_REDIS_URL, {
    prefix: config.REDSPOT_REDIS_PREFIX,
    answerWithinMs: ANSWER_WITHIN_MS,
    onError: (error) => {
      lastError = error;
    },
  });
  try {
    await store.redis.ping().catch((cause: Error) => {
      const why = (lastError as NodeJS.ErrnoException | undefined)?.code ?? cause.message;
      throw new AdminError("REDIS_AWAY", `Redis does not answer (${why}). See REDSPOT_REDIS_URL.`, { cause });
    });
    return await command(store);
  } finally {
    await closeStore(store);
  }
}

/** The variables that every command reads, for its help. */
export const storeVariables = `\nEnvironment:\n${describeConfig(variables)}`;
