import { existsSync } from "node:fs";
import { closeStore, connectStore, type Store } from "@redspot/queue";
import { commonVariables, describeConfig, readConfig } from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import { AdminError } from "./admin-error.ts";

export type Environment = Record<string, string | undefined>;

/** How long a command waits for Redis before it says that it is away. */
const ANSWER_WITHIN_MS = 5_000;

const { REDSPOT_REDIS_URL, REDSPOT_REDIS_PREFIX, REDSPOT_SPOOL_DIR } = commonVariables;
const variables = { REDSPOT_REDIS_URL, REDSPOT_REDIS_PREFIX };
const variablesWithSpool = { ...variables, REDSPOT_SPOOL_DIR };

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

/** Runs a command on the installation's Redis and spool. Throws AdminError REDIS_AWAY. */
export async function withSpool<T>(
  environment: Environment,
  command: (store: Store, spool: FileSpool) => Promise<T>,
): Promise<T> {
  const { REDSPOT_SPOOL_DIR: folder } = readConfig(variablesWithSpool, environment);
  // A folder that is made here, by mistake, would be an empty spool.
  if (!existsSync(folder)) {
    throw new AdminError("NOT_FOUND", `there is no spool at ${folder}. See REDSPOT_SPOOL_DIR.`);
  }
  return withStore(environment, async (store) => command(store, await FileSpool.open(folder)));
}

/** The variables that commands read, for their help. */
export const storeVariables = `\nEnvironment:\n${describeConfig(variables)}`;
export const spoolVariables = `\nEnvironment:\n${describeConfig(variablesWithSpool)}`;
