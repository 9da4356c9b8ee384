import { hostname } from "node:os";
import closeWithGrace from "close-with-grace";
import type { z } from "zod";
import { answerQuestion, type Service } from "./answer-question.ts";
import { commonVariables } from "./common-variables.ts";
import { ConfigError, readConfig, settingDigests, type Variables } from "./config.ts";
import { createLogger, type Logger } from "./logger.ts";
import { openTracing, type Tracing } from "./tracing.ts";

/** What a running service leaves to be closed, in the order in which it was opened. */
export type Closers = Array<() => Promise<unknown>>;

/** A service that runs, as far as every one does it alike. */
export interface RunningService<V extends Variables> {
  config: { [K in keyof V]: z.infer<V[K]> };
  /** Of each setting that was given, by which a change is noticed. */
  settingDigests: Record<string, string>;
  logger: Logger;
  tracing: Tracing;
  closers: Closers;
  /** Which process of the installation it is. */
  self: { service: string; host: string; pid: number };
}

/** How a process was started, as Node has it. */
interface Invocation {
  argv: readonly string[];
  env: Record<string, string | undefined>;
}

/** How long work under way may take once the service was told to end. */
const DRAIN_MS = 30_000;

/**
 * Runs a service from start to end, or answers what it was asked instead. `start` opens things and pushes onto `closers`
 * how to close each; a signal, or an error that nobody caught, closes them in reverse order. A mistake of the
 * configuration ends with exit status 2 and its explanation, any other failure to start with 1.
 */
export async function runService<V extends Variables & Pick<typeof commonVariables, "REDSPOT_TRACES_URL">>(
  service: Service<V>,
  { argv, env }: Invocation,
  start: (running: RunningService<V>) => Promise<void>,
): Promise<void> {
  const answer = answerQuestion(service, argv, env);
  if (answer) {
    process.stdout.write(answer.text);
    process.exit(answer.status);
  }
  const { name, variables } = service;
  // A wrong level is told of with all other mistakes.
  const level = commonVariables.REDSPOT_LOG_LEVEL.catch("info").parse(env.REDSPOT_LOG_LEVEL || undefined);
  const logger = createLogger({ service: name, level });
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
    const config = readConfig(variables, env);
    await start({
      config,
      settingDigests: settingDigests(variables, env),
      logger,
      tracing: await openTracing(config, name, { closers, logger }),
      closers,
      self: { service: name, host: hostname(), pid: process.pid },
    });
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else logger.error({ err: error }, "could not start");
    await close();
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}
