// First, so that it holds while the others are loaded.
import "./young-generation.ts";

import { openQueues, openServiceAudit, openStore, StudyLedger, StudyQueue, settleStudies } from "@redspot/queue";
import { reconcileRegularly } from "@redspot/recovery";
import { countJob, Metrics, openAccess, openPorts, runService } from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import { buildApp } from "./app.ts";
import { compactHeap } from "./compact-heap.ts";
import { toBytes, variables } from "./config.ts";
import { Door } from "./door.ts";
import { countReconciliation, definitions } from "./metrics.ts";

/** How long a sender waits for Redis before its instances are refused, to be sent again. */
const ANSWER_WITHIN_MS = 5_000;

/** How often it is looked how much there is to do. */
const LOOK_EVERY_MS = 5_000;

/** How far a queue is behind. */
async function loadOf(queue: StudyQueue): Promise<{ waiting: number; longestWaitMs: number }> {
  const [{ waiting, delayed }, since] = await Promise.all([queue.depth(), queue.oldestWaitingSince()]);
  return { waiting: waiting + delayed, longestWaitMs: since === undefined ? 0 : Date.now() - since };
}

const stow = { name: "stow", about: "takes instances by STOW-RS", variables, metrics: definitions };

await runService(stow, process, async (service) => {
  const { config, logger, tracing, closers } = service;
  const spool = await FileSpool.open(config.REDSPOT_SPOOL_DIR, {
    durable: config.REDSPOT_DURABLE,
    reserveBytes: toBytes(config.REDSPOT_SPOOL_RESERVE_MIB),
  });
  if (!config.REDSPOT_DURABLE)
    logger.warn("REDSPOT_DURABLE is false: not for clinical use, a power cut loses instances");
  const metrics = new Metrics("stow", definitions);
  metrics.read(["redspot_spool_room_bytes"], async (set) => set("redspot_spool_room_bytes", {}, await spool.room()));
  const settleMs = config.REDSPOT_SETTLE_SECONDS * 1000;

  // Two connections: the listener owes its senders an answer in time, the worker waits until Redis is back.
  const answering = openStore(service, { answerWithinMs: ANSWER_WITHIN_MS });
  const waiting = openStore(service);
  const audit = openServiceAudit(answering, service, { refusedAs: "refusal", now: () => new Date() });

  const settling = new StudyQueue(answering, "settling");
  closers.push(() => settling.close());
  const worker = settleStudies(waiting, {
    settleMs,
    onTried: (tried) => {
      countJob(metrics, tried);
      if (tried.outcome === "done") {
        metrics.observe("redspot_stage_duration_seconds", { stage: "settle" }, tried.ageMs / 1000);
      }
    },
    onError: (error) => logger.warn({ err: error }, "a study could not be settled yet"),
  });
  closers.push(() => worker.close());

  metrics.set("redspot_reconcile_interval_seconds", {}, config.REDSPOT_RECONCILE_MINUTES * 60);
  const recovery = reconcileRegularly({
    spool,
    store: waiting,
    everyMs: config.REDSPOT_RECONCILE_MINUTES * 60_000,
    keepMs: config.REDSPOT_KEEP_IMAGES_HOURS,
    keepSweptRecordsMs: config.REDSPOT_KEEP_SWEPT_RECORDS_DAYS,
    onDone: (reconciliation) => {
      countReconciliation(metrics, reconciliation, new Date());
      const { strays, unreadable, unsendable: _, ...counts } = reconciliation;
      const told = { ...counts, strays: strays.length, unreadable: unreadable.length };
      logger[unreadable.length > 0 ? "warn" : "info"](told, "reconciled");
    },
    onError: (error) => {
      metrics.add("redspot_reconciliations_total", { outcome: "failed" });
      logger.warn({ err: error }, "could not reconcile");
    },
  });
  closers.push(() => recovery.close());

  const queues = openQueues(answering, closers);
  const door = new Door({
    look: async () => {
      const ahead = queues.filter(({ name }) => name === "triage" || name === "report");
      const loads = await Promise.all(ahead.map(loadOf));
      return {
        waiting: Math.max(...loads.map(({ waiting }) => waiting)),
        longestWaitMs: Math.max(...loads.map(({ longestWaitMs }) => longestWaitMs)),
        room: await spool.room(),
      };
    },
    mostWaiting: config.REDSPOT_MAX_WAITING_STUDIES,
    longestWaitMs: config.REDSPOT_MAX_WAIT_MINUTES * 60_000,
    // A quarter of the reserve again, so that the next upload does not close it.
    roomToOpen: toBytes(config.REDSPOT_SPOOL_RESERVE_MIB) / 4,
    everyMs: LOOK_EVERY_MS,
    onChange: (isOpen, load) => logger.warn(load, isOpen ? "taking uploads again" : "taking no more uploads for now"),
    onError: (error) => logger.warn({ err: error }, "how much there is to do is not known"),
  });
  closers.push(async () => door.close());
  metrics.read(["redspot_store_door_open"], async (set) => set("redspot_store_door_open", {}, door.isOpen ? 1 : 0));

  const { access, transport } = await openAccess(config, {
    logger,
    bytesPerMinute: config.REDSPOT_MIB_PER_MINUTE,
    onRefused: audit.refused,
  });
  const checks = { redis: () => answering.redis.ping() };
  const app = buildApp({
    logger,
    spool,
    ledger: new StudyLedger(answering),
    settling,
    settleMs,
    tracing,
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
    door,
    checks,
    metrics,
    ...(config.REDSPOT_AUDIT_TO === undefined ? {} : { audit: audit.trail }),
  });
  const sharePort = config.REDSPOT_SHARE_PORT;
  const { address, admin } = await openPorts(app, service, { access, transport, metrics, checks, queues, sharePort });
  await audit.started(service.settingDigests);
  compactHeap();
  logger.info({ address, admin, spool: config.REDSPOT_SPOOL_DIR }, "listening for STOW-RS");
});
