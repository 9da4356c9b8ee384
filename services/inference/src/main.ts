// First, so that it holds for all threads.
import "./garbage-collection.ts";

import { DicomWebClient } from "@redspot/dicomweb";
import { ModelError } from "@redspot/model";
import {
  closeStore,
  connectStore,
  FindingStore,
  type JobTry,
  QUEUE_NAMES,
  ReadingList,
  type StudyJob,
  StudyLedger,
  StudyQueue,
  WatchLog,
  workOn,
} from "@redspot/queue";
import { StudyRecords } from "@redspot/recovery";
import {
  answerQuestion,
  countJob,
  createLogger,
  listen,
  Metrics,
  openAccess,
  openAdmin,
  pacsAddress,
  readConfig,
  runService,
  SOFTWARE_VERSION,
} from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import { type Finding, outcomeAt } from "@redspot/triage";
import { analysisWith } from "./analyse-study.ts";
import { buildApp } from "./app.ts";
import { workOnBacklog } from "./backlog-worker.ts";
import { Batcher } from "./batcher.ts";
import { LiveFirst } from "./live-first.ts";
import { countFinding, definitionsFor } from "./metrics.ts";
import { identityOf } from "./model-identity.ts";
import { expectationOf, watchNoteOf } from "./model-watch.ts";
import { openModel } from "./open-model.ts";
import { openPreparationPool } from "./preparation-pool.ts";
import { tryModel } from "./try-model.ts";
import { variables } from "./variables.ts";
import { watchModel } from "./watch-metrics.ts";

const answer = answerQuestion(
  {
    about: "inference: scores studies of the triage queue",
    variables,
    metrics: definitionsFor({ manufacturers: [], sites: [] }),
  },
  process.argv,
  process.env,
);
if (answer) {
  process.stdout.write(answer.text);
  process.exit(answer.status);
}
if (process.argv.includes("--try")) {
  process.stdout.write(`${JSON.stringify(await tryModel(() => readConfig(variables, process.env)))}\n`);
  process.exit();
}

const logger = createLogger({ service: "inference", level: process.env.REDSPOT_LOG_LEVEL || "info" });

await runService(logger, async (closers) => {
  const config = readConfig(variables, process.env);
  const { access, transport } = await openAccess(config, { logger });

  const origins = { manufacturers: config.REDSPOT_WATCH_MANUFACTURERS, sites: config.REDSPOT_WATCH_SITES };
  const metrics = new Metrics("inference", definitionsFor(origins));
  const stage = (name: "decode" | "infer") => (ms: number) =>
    metrics.observe("redspot_stage_duration_seconds", { stage: name }, ms / 1000);

  const { modelPackage, backbone, engine } = await openModel(config);
  closers.push(() => engine.close());

  const pool = openPreparationPool({
    threads: config.REDSPOT_PREPARATION_THREADS,
    spoolDir: config.REDSPOT_SPOOL_DIR,
    origins,
    onPrepared: stage("decode"),
  });
  closers.push(() => pool.close());

  const store = connectStore(config.REDSPOT_REDIS_URL, {
    prefix: config.REDSPOT_REDIS_PREFIX,
    onError: (error) => logger.warn({ err: error }, "no connection to Redis"),
  });
  closers.push(() => closeStore(store));
  const reports = new StudyQueue(store, "report");
  closers.push(() => reports.close());
  const settling = new StudyQueue(store, "settling");
  closers.push(() => settling.close());

  const model = identityOf(modelPackage, engine);
  const liveFirst = new LiveFirst({
    mostAtOnce: config.REDSPOT_PREPARATION_THREADS,
    onQuiet: () => batcher.wake(),
  });
  const batcher = new Batcher({
    engine,
    inputScaling: backbone.inputScaling,
    batchSize: config.REDSPOT_BATCH_SIZE,
    mayRunBacklog: () => liveFirst.quiet,
    onBatch: (images, ms) => {
      metrics.observe("redspot_engine_batch_images", {}, images);
      metrics.observe("redspot_engine_run_seconds", {}, ms / 1000);
    },
    onScored: stage("infer"),
  });
  const live = {
    ledger: new StudyLedger(store),
    findings: new FindingStore(store),
    settling,
    records: new StudyRecords(await FileSpool.open(config.REDSPOT_SPOOL_DIR)),
    onUnrecorded: (error: Error) => logger.warn({ err: error }, "a finding could not be recorded in the spool"),
    reports,
    pool,
    batcher,
    calibrate: modelPackage.calibrate,
    model,
    softwareVersion: SOFTWARE_VERSION,
    now: () => new Date(),
    onFinding: (finding: Finding) => countFinding(metrics, finding),
  };
  const watchLog = new WatchLog(store, model.packageHash);
  const analysis = analysisWith({
    ...live,
    onFinding(finding, origin) {
      live.onFinding(finding);
      // The watch can do without a study; the study does not wait for the watch.
      watchLog
        .note(watchNoteOf(finding, origin))
        .catch((error: unknown) => logger.warn({ err: error }, "a finding is not watched"));
    },
  });
  // Enough studies in hand that a batch gathers while one lies before each lane and another runs there.
  const concurrency = (2 * engine.lanes + 1) * config.REDSPOT_BATCH_SIZE + config.REDSPOT_PREPARATION_THREADS;
  const onTried = (tried: JobTry) => countJob(metrics, tried);
  const onError = (error: Error, job?: StudyJob) => {
    logger.error({ err: error, ...job }, "analysis failed");
    // Without its engine the process can only fail studies that another would analyse: it ends, to be started again.
    if (error instanceof ModelError && error.code === "ENGINE_STOPPED") {
      setImmediate(() => {
        throw error;
      });
    }
  };

  const worker = workOn(
    store,
    "triage",
    async (job) => {
      const { outcome, probability, reason } = await liveFirst.live(() => analysis.analyse(job));
      logger.info({ ...job, outcome, probability, reason: reason?.code }, "analysed");
    },
    { concurrency, onTried, onGivenUp: async (job) => void (await analysis.giveUp(job)), onError },
  );
  closers.push(() => worker.close());

  if (config.REDSPOT_PACS_URL !== undefined) {
    const backlogReports = new StudyQueue(store, "backlog-report");
    closers.push(() => backlogReports.close());
    const backlogWorker = workOnBacklog(store, {
      client: new DicomWebClient({
        ...pacsAddress(config.REDSPOT_PACS_URL, config.REDSPOT_PACS_TOKEN),
        timeoutMs: 30_000,
      }),
      spool: await FileSpool.open(config.REDSPOT_SPOOL_DIR, {
        reserveBytes: config.REDSPOT_SWEEP_SPOOL_RESERVE_MIB * 1024 * 1024,
      }),
      model: {
        name: model.name,
        version: model.version,
        intendedUse: model.intendedUse,
        sensitivity: modelPackage.manifest.evaluation.sensitivity.value,
        auc: modelPackage.manifest.evaluation.auc.value,
      },
      analysis: analysisWith({
        ...live,
        reports: backlogReports,
        pool: { prepare: (task) => liveFirst.backlog(() => pool.prepare(task)) },
        batcher: { score: (input) => batcher.scoreOfBacklog(input) },
      }),
      atOnce: config.REDSPOT_SWEEP_REQUESTS,
      concurrency,
      onTried,
      onSwept: (job, outcome) => logger.info({ ...job, ...outcome }, "swept"),
      onError,
    });
    closers.push(() => backlogWorker.close());
  }

  const checks = { redis: () => store.redis.ping() };
  const app = buildApp({ checks, access, transport });
  closers.push(() => app.close());
  const address = await listen(app, {
    host: config.REDSPOT_HOST,
    port: config.REDSPOT_PORT,
    access,
    transport,
    logger,
  });
  watchModel(metrics, {
    origins,
    expectation: expectationOf(
      modelPackage.scores,
      (logit) => outcomeAt(modelPackage.calibrate(logit), model) === "fracture",
      config.REDSPOT_WATCH_PREVALENCE ?? modelPackage.manifest.calibration.prevalence?.site,
    ),
    log: watchLog,
    list: new ReadingList(store),
    now: Date.now,
  });
  metrics.set("redspot_model_info", { intended_use: model.intendedUse }, 1);
  const queues = QUEUE_NAMES.map((name) => new StudyQueue(store, name));
  for (const queue of queues) closers.push(() => queue.close());
  const admin = await openAdmin({ metrics, checks, queues, config, access, transport }, closers);
  logger.info({ address, admin, model, signedBy: modelPackage.signedBy, mode: config.REDSPOT_MODE }, "ready");
});
