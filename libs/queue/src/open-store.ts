import { type ConnectOptions, closeStore, connectStore, type Store } from "./connection.ts";
import { StudyQueue } from "./jobs.ts";
import { QUEUE_NAMES } from "./queue-name.ts";
import type { RunningService } from "./running-service.ts";

interface Service extends RunningService, Required<Pick<ConnectOptions, "tracing">> {
  config: { REDSPOT_REDIS_URL: string; REDSPOT_REDIS_PREFIX: string };
}

/**
 * Connects a service to its Redis until it ends. A connection that has to answer in time fails while Redis is away; one
 * that waits says in the log that it does.
 */
export function openStore(
  { config, tracing, logger, closers }: Service,
  { answerWithinMs }: Pick<ConnectOptions, "answerWithinMs"> = {},
): Store {
  const store = connectStore(config.REDSPOT_REDIS_URL, {
    prefix: config.REDSPOT_REDIS_PREFIX,
    tracing,
    ...(answerWithinMs === undefined
      ? { onError: (error: Error) => logger.warn({ err: error }, "no connection to Redis") }
      : { answerWithinMs }),
  });
  closers.push(() => closeStore(store));
  return store;
}

/** All queues of studies, to look at until the service ends. */
export function openQueues(store: Store, closers: RunningService["closers"]): StudyQueue[] {
  const queues = QUEUE_NAMES.map((name) => new StudyQueue(store, name));
  for (const queue of queues) closers.push(() => queue.close());
  return queues;
}
