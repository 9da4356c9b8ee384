// First, so that it holds while the others are loaded.
import "./young-generation.ts";

import { closeStore, connectStore, StudyLedger, StudyQueue, settleStudies } from "@redspot/queue";
import { createLogger, describeConfig, listen, openAccess, readConfig, runService } from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import { buildApp } from "./app.ts";
import { compactHeap } from "./compact-heap.ts";
import { toBytes, variables } from "./config.ts";

/** How long a sender waits for Redis before its instances are refused, to be sent again. */
const ANSWER_WITHIN_MS = 5_000;

if (process.argv.includes("--help")) {
  console.log(`Redspot's STOW-RS listener. It is configured by environment variables:\n${describeConfig(variables)}`);
  process.exit();
}

const logger = createLogger({ service: "stow", level: process.env.REDSPOT_LOG_LEVEL || "info" });

await runService(logger, async (closers) => {
  const config = readConfig(variables, process.env);
  const spool = await FileSpool.open(config.REDSPOT_SPOOL_DIR, {
    durable: config.REDSPOT_DURABLE,
    reserveBytes: toBytes(config.REDSPOT_SPOOL_RESERVE_MIB),
  });
  if (!config.REDSPOT_DURABLE)
    logger.warn("REDSPOT_DURABLE is false: not for clinical use, a power cut loses instances");
  const prefix = config.REDSPOT_REDIS_PREFIX;
  const settleMs = config.REDSPOT_SETTLE_SECONDS * 1000;

  // Two connections: the listener owes its senders an answer in time, the worker waits until Redis is back.
  const answering = connectStore(config.REDSPOT_REDIS_URL, { prefix, answerWithinMs: ANSWER_WITHIN_MS });
  closers.push(() => closeStore(answering));
  const waiting = connectStore(config.REDSPOT_REDIS_URL, {
    prefix,
    onError: (error) => logger.warn({ err: error }, "no connection to Redis"),
  });
  closers.push(() => closeStore(waiting));

  const settling = new StudyQueue(answering, "settling");
  closers.push(() => settling.close());
  const worker = settleStudies(waiting, {
    settleMs,
    onError: (error) => logger.warn({ err: error }, "a study could not be settled yet"),
  });
  closers.push(() => worker.close());

  const { access, transport } = await openAccess(config, {
    logger,
    bytesPerMinute: config.REDSPOT_MIB_PER_MINUTE,
  });
  const app = buildApp({
    logger,
    spool,
    ledger: new StudyLedger(answering),
    settling,
    settleMs,
    access,
    transport,
    strict: config.REDSPOT_STRICT,
    corsOrigins: config.REDSPOT_CORS_ORIGINS,
    limits: {
      maxInstanceBytes: toBytes(config.REDSPOT_MAX_INSTANCE_MIB),
      maxRequestBytes: toBytes(config.REDSPOT_MAX_REQUEST_MIB),
      maxParts: config.REDSPOT_MAX_PARTS,
      maxPartHeaderBytes: config.REDSPOT_MAX_PART_HEADER_BYTES,
      idleMs: config.REDSPOT_IDLE_SECONDS * 1000,
      headerMs: config.REDSPOT_HEADER_SECONDS * 1000,
      paceMs: config.REDSPOT_IDLE_SECONDS * 1000,
      minBytesPerSecond: config.REDSPOT_MIN_BYTES_PER_SECOND,
      maxUploads: config.REDSPOT_MAX_UPLOADS,
      maxConnections: config.REDSPOT_MAX_CONNECTIONS,
    },
    checks: { redis: () => answering.redis.ping() },
  });
  closers.push(() => app.close());
  const address = await listen(app, {
    host: config.REDSPOT_HOST,
    port: config.REDSPOT_PORT,
    access,
    transport,
    logger,
  });
  compactHeap();
  logger.info({ address, spool: config.REDSPOT_SPOOL_DIR }, "listening for STOW-RS");
});
