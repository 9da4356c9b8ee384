import "./garbage-collection.ts";
import assert from "node:assert/strict";
import { DicomWebClient } from "@redspot/dicomweb";
import { ModelError } from "@redspot/model";
import type { ModelInput } from "@redspot/pixels";
import {
  Backlog,
  FindingStore,
  type JobTry,
  ModelChoice,
  ModelPresence,
  openQueues,
  openServiceAudit,
  openStore,
  ReadingList,
  ShadowScores,
  type StudyJob,
  StudyLedger,
  StudyQueue,
  type StudyWorker,
  WatchLog,
  workOn,
} from "@redspot/queue";
import { ModelRecords, StudyRecords } from "@redspot/recovery";
import {
  countJob,
  Metrics,
  openAccess,
  openPorts,
  pacsAddress,
  readConfig,
  runService,
  SOFTWARE_VERSION,
} from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import type { Finding } from "@redspot/triage";
import { analysisWith, type Circumstances } from "./analyse-study.ts";
import { buildApp } from "./app.ts";
import { auditAnalysis } from "./audited-analysis.ts";
import { sweepModelOf, workOnBacklog } from "./backlog-worker.ts";
import { Batcher } from "./batcher.ts";
import { LiveFirst } from "./live-first.ts";
import { countFinding, definitionsFor } from "./metrics.ts";
import { announceModels } from "./model-announcer.ts";
import { expectationOfPackage, watchNoteOf } from "./model-watch.ts";
import { type OpenModel, openModels } from "./open-model.ts";
import { openPreparationPool, type PreparationPool } from "./preparation-pool.ts";
import { Shadow } from "./shadow.ts";
import { watchShadow } from "./shadow-metrics.ts";
import { SpeakingModel } from "./speaking-model.ts";
import { tryModel } from "./try-model.ts";
import { variables } from "./variables.ts";
import { watchModel } from "./watch-metrics.ts";

if (process.argv.includes("--try")) {
  process.stdout.write(`${JSON.stringify(await tryModel(() => readConfig(variables, process.env)))}\n`);
  process.exit();
}

const inference = {
  name: "inference",
  about: "scores studies of the triage queue",
  variables,
  metrics: definitionsFor({ manufacturers: [], sites: [] }),
};

await runService(inference, process, async (service) => {
  const { config, logger, tracing, closers } = service;
  const origins = { manufacturers: config.REDSPOT_WATCH_MANUFACTURERS, sites: config.REDSPOT_WATCH_SITES };
  const metrics = new Metrics("inference", definitionsFor(origins));
  const stage = (name: "decode" | "infer") => (ms: number) =>
    metrics.observe("redspot_stage_duration_seconds", { stage: name }, ms / 1000);

  const { configured, shadow: second, shadowRefused, close: closeModels } = await openModels(config);
  closers.push(closeModels);
  if (shadowRefused) logger.error({ err: shadowRefused }, "no second package scores in the shadow");
  const models: [OpenModel, ...OpenModel[]] = [configured, ...(second ? [second] : [])];

  const pool = openPreparationPool({
    threads: config.REDSPOT_PREPARATION_THREADS,
    spoolDir: config.REDSPOT_SPOOL_DIR,
    origins,
    onPrepared: stage("decode"),
  });
  closers.push(() => pool.close());

  const store = openStore(service);
  const audit = openServiceAudit(store, service, { refusedAs: "refusal", now: () => new Date() });
  const { access, transport } = await openAccess(config, { logger, onRefused: audit.refused });
  const reports = new StudyQueue(store, "report");
  closers.push(() => reports.close());
  const settling = new StudyQueue(store, "settling");
  closers.push(() => settling.close());

  const spool = await FileSpool.open(config.REDSPOT_SPOOL_DIR);
  const backlog = config.REDSPOT_PACS_URL === undefined ? undefined : new Backlog(store);
  if (backlog) closers.push(() => backlog.close());
  const tellOfModel = () => {
    for (const intended_use of ["demonstration", "clinical"] as const) {
      const speaks = speaking.current?.identity.intendedUse === intended_use;
      metrics.set("redspot_model_info", { intended_use }, speaks ? 1 : 0);
    }
    if (backlog && speaking.current) {
      backlog
        .noteModel(sweepModelOf(speaking.current))
        .catch((error: unknown) => logger.warn({ err: error }, "sweeps do not know the model"));
    }
  };
  const workers: StudyWorker[] = [];
  /** Has a worker take jobs as long as there is a package to judge by. */
  const holdUnlessSpeaking = (worker: StudyWorker) => {
    const held = speaking.current ? worker.resume() : worker.pause();
    held.catch((error: unknown) => logger.warn({ err: error }, "could not pause, or go on"));
  };
  const speaking = new SpeakingModel({
    models,
    choice: new ModelChoice(store),
    records: new ModelRecords(spool),
    onChange(change, model) {
      if (model) logger.info({ change, model: model.identity }, "another model package has the word");
      else logger.error({ change }, "the model package that has the word is not loaded here: nothing is analysed");
      for (const worker of workers) holdUnlessSpeaking(worker);
      tellOfModel();
    },
    onUnrecorded: (error) => logger.warn({ err: error }, "a change of the model could not be recorded in the spool"),
  });

  const liveFirst = new LiveFirst({
    mostAtOnce: config.REDSPOT_PREPARATION_THREADS,
    onQuiet: () => {
      batcher.wake();
      shadow.wake();
    },
  });
  const batcher = new Batcher({
    lanes: configured.engine.lanes,
    batchSize: config.REDSPOT_BATCH_SIZE,
    mayRunBacklog: () => liveFirst.quiet,
    onBatch: (images, ms) => {
      metrics.observe("redspot_engine_batch_images", {}, images);
      metrics.observe("redspot_engine_run_seconds", {}, ms / 1000);
    },
    onScored: stage("infer"),
    onIdle: () => shadow.wake(),
  });
  const shadowScores = new ShadowScores(store);
  const shadow = new Shadow({
    models,
    mayRun: () => liveFirst.quiet && batcher.idle,
    scores: shadowScores,
    onOutcome: (outcome) => metrics.add("redspot_shadow_studies_total", { outcome }),
    onError: (error) => logger.warn({ err: error }, "the shadow failed"),
  });
  const list = new ReadingList(store);
  const live = {
    ledger: new StudyLedger(store),
    findings: new FindingStore(store),
    settling,
    records: new StudyRecords(spool),
    onUnrecorded: (error: Error) => logger.warn({ err: error }, "a finding could not be recorded in the spool"),
    reports,
    audit: auditAnalysis(audit.trail),
    pool: {
      prepare: (task: Parameters<PreparationPool["prepare"]>[0]) => tracing.part("decode", () => pool.prepare(task)),
    },
    speaking,
    batcher: { score: (input: ModelInput, by: OpenModel) => tracing.part("infer", () => batcher.score(input, by)) },
    shadow,
    softwareVersion: SOFTWARE_VERSION,
    now: () => new Date(),
    onFinding(finding: Finding, { model, beside }: Circumstances<OpenModel>) {
      countFinding(metrics, finding);
      void shadow.keep(finding, model, beside);
    },
  };
  const logOf = (packageHash: string) => new WatchLog(store, packageHash);
  const analysis = analysisWith<OpenModel>({
    ...live,
    onFinding(finding, circumstances) {
      live.onFinding(finding, circumstances);
      const note = watchNoteOf(finding, circumstances.origin);
      // The watch can do without a study; the study does not wait for the watch.
      Promise.all([
        logOf(finding.model.packageHash).note(note),
        list.noteOrigin(finding.studyInstanceUID, { manufacturer: note.manufacturer, site: note.site }),
      ]).catch((error: unknown) => logger.warn({ err: error }, "a finding is not watched"));
    },
  });
  // Enough studies in hand that a batch gathers while one lies before each lane and another runs there.
  const concurrency =
    (2 * configured.engine.lanes + 1) * config.REDSPOT_BATCH_SIZE + config.REDSPOT_PREPARATION_THREADS;
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
  workers.push(worker);

  if (config.REDSPOT_PACS_URL !== undefined) {
    const backlogReports = new StudyQueue(store, "backlog-report");
    closers.push(() => backlogReports.close());
    const backlogWorker = workOnBacklog(store, {
      client: new DicomWebClient({
        ...pacsAddress(config.REDSPOT_PACS_URL, config.REDSPOT_PACS_TOKEN),
        timeoutMs: 30_000,
      }),
      // What was fetched is in the PACS still; its finding's record makes all of it durable before it is reported.
      spool: await FileSpool.open(config.REDSPOT_SPOOL_DIR, {
        durableNames: false,
        // A radiograph is whole in two or three of them: each block is a job for a thread that has to be woken.
        blocks: { count: 8, bytes: 4 * 2 ** 20 },
        reserveBytes: config.REDSPOT_SWEEP_SPOOL_RESERVE_MIB * 1024 * 1024,
      }),
      analysis: analysisWith<OpenModel>({
        ...live,
        reports: backlogReports,
        pool: { prepare: (task) => tracing.part("decode", () => liveFirst.backlog(() => pool.prepare(task))) },
        batcher: { score: (input, by) => tracing.part("infer", () => batcher.scoreOfBacklog(input, by)) },
      }),
      atOnce: config.REDSPOT_SWEEP_REQUESTS,
      concurrency,
      onTried,
      onSwept: (job, outcome) => logger.info({ ...job, ...outcome }, "swept"),
      onError,
    });
    workers.push(backlogWorker);
    holdUnlessSpeaking(backlogWorker);
  }
  // Together: the backlog's ends only once no live study is in hand, and until then the other must take none.
  closers.push(() => Promise.all(workers.map((one) => one.close())));

  const shadowRefusedAs = shadowRefused && ((shadowRefused as { code?: string }).code ?? "SHADOW_FAILED");
  tellOfModel();
  const announcer = announceModels({
    process: `${service.self.host}:${service.self.pid}`,
    mode: config.REDSPOT_MODE,
    ...{ configured, shadow: second, shadowRefusedAs, speaking },
    presence: new ModelPresence(store),
    onError: (error) => logger.warn({ err: error }, "what speaks here is not told"),
  });
  closers.push(() => announcer.close());

  const expectations = new Map(
    models.map(({ modelPackage, identity }) => [
      identity.packageHash,
      expectationOfPackage(modelPackage, identity, config.REDSPOT_WATCH_PREVALENCE),
    ]),
  );
  watchModel(metrics, {
    origins,
    watched() {
      const identity = speaking.current?.identity;
      return identity && { identity, expectation: expectations.get(identity.packageHash) };
    },
    logOf,
    list,
    now: Date.now,
  });
  metrics.read(["redspot_model_followed"], async (set) => set("redspot_model_followed", {}, speaking.current ? 1 : 0));
  watchShadow(metrics, {
    isUp: second ? true : shadowRefused && false,
    pair() {
      const beside = speaking.current && shadow.besides(speaking.current);
      return beside && { speaks: speaking.current!.identity.packageHash, shadow: beside.identity.packageHash };
    },
    scores: shadowScores,
  });

  const checks = { redis: () => store.redis.ping() };
  const hasModel = async () => assert.ok(speaking.current, "the model package that has the word is not loaded here");
  const app = buildApp({ checks: { ...checks, model: hasModel }, access, transport });
  const queues = openQueues(store, closers);
  const { address, admin } = await openPorts(app, service, { access, transport, metrics, checks, queues });
  void audit.started(service.settingDigests);
  const { signedBy } = configured.modelPackage;
  logger.info(
    { address, admin, model: configured.identity, signedBy, shadow: second?.identity, mode: config.REDSPOT_MODE },
    "ready",
  );
});
