import closeWithGrace from "close-with-grace";
import { ConfigError } from "./config.ts";
import type { Logger } from "./logger.ts";

/** What a running service leaves to be closed, in the order in which it was opened. */
export type Closers = Array<() => Promise<unknown>>;

/** How long work under way may take once the service was told to end. */
const DRAIN_MS = 30_000;

/**
 * Runs a service from start to end: `start` opens things and pushes onto `closers` how to close each; a signal, or an
 * error that nobody caught, closes them in reverse order. A mistake of the configuration ends with exit status 2 and
 * its explanation, any other failure to start with 1.
 */
export async function runService(logger: Logger, start: (closers: Closers) => Promise<void>): Promise<void> {
  const closers: Closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((error: unknown) => logger.error({ err: error }, "could not close in order"));
    }
  };
  closeWithGrace({ delay: DRAIN_MS, logger: false }, async ({ signal, err }) => {
    if (err) logger.error({ err }, "ending after an error that nobody handled");
    else logger.info({ signal }, "ending");
    await close();
  });
  try {
    await start(closers);
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else logger.error({ err: error }, "could not start");
    await close();
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}
