// First, so that it holds for all threads.
import "./garbage-collection.ts";

import { assertUsableIn, ensurePackageBackbone, loadModelPackage, ModelError, openLanes } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { closeStore, connectStore, FindingStore, StudyLedger, StudyQueue, workOn } from "@redspot/queue";
import {
  createLogger,
  describeConfig,
  listen,
  openAccess,
  readConfig,
  runService,
  SOFTWARE_VERSION,
} from "@redspot/runtime";
import { analysisWith } from "./analyse-study.ts";
import { buildApp } from "./app.ts";
import { Batcher } from "./batcher.ts";
import { identityOf } from "./model-identity.ts";
import { openPreparationPool } from "./preparation-pool.ts";
import { trustedKeys } from "./trusted-keys.ts";
import { lanesOf, variables } from "./variables.ts";

if (process.argv.includes("--help")) {
  process.stdout.write(`redspot inference: scores studies of the triage queue\n\n${describeConfig(variables)}\n`);
  process.exit(0);
}

const logger = createLogger({ service: "inference", level: process.env.REDSPOT_LOG_LEVEL || "info" });

await runService(logger, async (closers) => {
  const config = readConfig(variables, process.env);
  const { access, transport } = await openAccess(config, { logger });

  const modelPackage = await loadModelPackage(config.REDSPOT_MODEL_PACKAGE, {
    expectedPreprocessingVersion: PREPROCESSING_VERSION,
    trustedKeys: await trustedKeys(config.REDSPOT_MODEL_PUBLIC_KEY, config.REDSPOT_MODEL_PUBLIC_KEY_FILE),
  });
  assertUsableIn(config.REDSPOT_MODE, modelPackage.manifest);
  const backbone = await ensurePackageBackbone(modelPackage.manifest, { cacheDir: config.REDSPOT_CACHE_DIR });
  const lanes = lanesOf(config);
  const engine = await openLanes(
    {
      engine: config.REDSPOT_ENGINE,
      device: config.REDSPOT_DEVICE,
      threads: Math.ceil(config.REDSPOT_ENGINE_THREADS / lanes),
      backbonePath: backbone.path,
      head: modelPackage.head,
    },
    lanes,
  );
  closers.push(() => engine.close());

  const pool = openPreparationPool({
    threads: config.REDSPOT_PREPARATION_THREADS,
    spoolDir: config.REDSPOT_SPOOL_DIR,
  });
  closers.push(() => pool.close());

  const store = connectStore(config.REDSPOT_REDIS_URL, {
    prefix: config.REDSPOT_REDIS_PREFIX,
    onError: (error) => logger.warn({ err: error }, "no connection to Redis"),
  });
  closers.push(() => closeStore(store));
  const reports = new StudyQueue(store, "report");
  closers.push(() => reports.close());

  const model = identityOf(modelPackage, engine);
  const analysis = analysisWith({
    ledger: new StudyLedger(store),
    findings: new FindingStore(store),
    reports,
    pool,
    batcher: new Batcher({
      engine,
      inputScaling: backbone.inputScaling,
      batchSize: config.REDSPOT_BATCH_SIZE,
    }),
    calibrate: modelPackage.calibrate,
    model,
    softwareVersion: SOFTWARE_VERSION,
    now: () => new Date(),
  });

  const worker = workOn(
    store,
    "triage",
    async (job) => {
      const { outcome, probability, reason } = await analysis.analyse(job);
      logger.info({ ...job, outcome, probability, reason: reason?.code }, "analysed");
    },
    {
      // Enough studies in hand that a batch gathers while one lies before each lane and another runs there.
      concurrency: (2 * lanes + 1) * config.REDSPOT_BATCH_SIZE + config.REDSPOT_PREPARATION_THREADS,
      onGivenUp: async (job) => void (await analysis.giveUp(job)),
      onError: (error, job) => {
        logger.error({ err: error, ...job }, "analysis failed");
        // Without its engine the process can only fail studies that another would analyse: it ends, to be started again.
        if (error instanceof ModelError && error.code === "ENGINE_STOPPED") {
          setImmediate(() => {
            throw error;
          });
        }
      },
    },
  );
  closers.push(() => worker.close());

  const app = buildApp({ checks: { redis: () => store.redis.ping() }, access, transport });
  closers.push(() => app.close());
  const address = await listen(app, {
    host: config.REDSPOT_HOST,
    port: config.REDSPOT_PORT,
    access,
    transport,
    logger,
  });
  logger.info({ address, model, signedBy: modelPackage.signedBy, mode: config.REDSPOT_MODE }, "ready");
});
