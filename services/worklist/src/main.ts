import "./young-generation.ts";
import { DicomWebClient } from "@redspot/dicomweb";
import {
  Backlog,
  FindingStore,
  openQueueBoard,
  openQueues,
  openStore,
  ReadingList,
  Subscriptions,
  sharedKey,
  Workitems,
  workOn,
} from "@redspot/queue";
import { StudyRecords } from "@redspot/recovery";
import { countJob, Metrics, openAccess, openPorts, pacsAddress, runService } from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import { buildApp } from "./app.ts";
import { auditedReports } from "./audited-reports.ts";
import { EventStream } from "./event-stream.ts";
import { guardedPacs, pacsCircuit } from "./guarded-pacs.ts";
import { ListPages, TOLD_AFTER_MS } from "./list-pages.ts";
import { definitions, watchReadingList, watchSweep } from "./metrics.ts";
import { observedPacs } from "./observed-pacs.ts";
import { openAnnouncing } from "./open-announcing.ts";
import { openAudit } from "./open-audit.ts";
import { pacsOver } from "./pacs.ts";
import { PatientDirectory } from "./patient-directory.ts";
import { readHeader } from "./read-header.ts";
import { readPreview } from "./read-preview.ts";
import { readingPolicy } from "./reading-policy.ts";
import { removeFetched } from "./remove-fetched.ts";
import { asReportFailure } from "./report-failure.ts";
import { tracedPacs } from "./traced-pacs.ts";
import { openUps } from "./ups/open-ups.ts";
import { localUtcOffset } from "./utc-offset.ts";
import { variables } from "./variables.ts";
import { reportingWith } from "./write-report.ts";

/** Reports of a swept backlog go to the PACS beside those of what arrives, and never in front of them. */
const BACKLOG_REPORTS_AT_ONCE = 2;

/** An announcement that is under way, and says what was before, is acknowledged or given up within this time. */
const ANNOUNCED_WITHIN_MS = 60_000;

/** How long a browser waits for Redis before it is told that the list cannot be read. */
const ANSWER_WITHIN_MS = 3_000;

const worklist = {
  name: "worklist",
  about: "writes reports, serves the reading list",
  variables,
  metrics: definitions,
};

await runService(worklist, process, async (service) => {
  const { config, logger, tracing, closers } = service;
  const spool = await FileSpool.open(config.REDSPOT_SPOOL_DIR);
  const client = new DicomWebClient({
    ...pacsAddress(config.REDSPOT_PACS_URL, config.REDSPOT_PACS_TOKEN),
    timeoutMs: 30_000,
    traceparent: tracing.traceparent,
  });
  const metrics = new Metrics("worklist", definitions);
  const circuit = pacsCircuit();
  const pacs = tracedPacs(guardedPacs(observedPacs(pacsOver(client), metrics), circuit), tracing);
  metrics.read(["redspot_pacs_circuit_open"], async (set) => {
    set("redspot_pacs_circuit_open", {}, circuit.isOpen ? 1 : 0);
  });

  const workStore = openStore(service);
  const listStore = openStore(service, { answerWithinMs: ANSWER_WITHIN_MS });
  const now = () => new Date();
  const audit = openAudit(service, { store: listStore, workStore, spool, pacs, metrics, now });
  const pacsName = new URL(config.REDSPOT_PACS_URL).host;
  const workFindings = new FindingStore(workStore);
  const workList = new ReadingList(workStore);
  const policy = readingPolicy(config.REDSPOT_HEAD_START_MINUTES, config.REDSPOT_INCONCLUSIVE_HEAD_START_MINUTES);
  const records = new StudyRecords(spool);
  const reporting = reportingWith({
    findings: workFindings,
    list: workList,
    readHeader: (study, instance) => readHeader(spool, study, instance),
    pacs,
    records,
    policy,
    device: { manufacturer: "Redspot", modelName: "Redspot", serialNumber: config.REDSPOT_DEVICE_SERIAL_NUMBER },
    options: {
      reportClass: config.REDSPOT_SR_CLASS,
      language: config.REDSPOT_SR_LANGUAGE,
      explanation: config.REDSPOT_SR_ACTIVATION,
      actionableCategory: config.REDSPOT_SR_ACTIONABLE_CATEGORY,
    },
    readPreview: (study, instance) => readPreview(spool, study, instance),
    utcOffsetAt: localUtcOffset,
    onPlaced: ({ outcome, revision }, ms) => {
      // A later revision counts from images that came later: when, the study's arrival does not say.
      if (revision === 1) metrics.observe("redspot_finding_latency_seconds", { outcome }, ms / 1000);
    },
  });
  const announcements = openAnnouncing(service, {
    store: workStore,
    findings: workFindings,
    list: workList,
    ...{ records, spool, pacs, metrics, now },
  });
  const auditReport = auditedReports(audit.trail, pacsName);
  const reportsOf = (name: "report" | "backlog-report", concurrency: number) =>
    workOn(
      workStore,
      name,
      async (job) => {
        const outcome = await reporting.report(job);
        if (outcome !== "superseded") await auditReport(job);
        metrics.add("redspot_reports_total", { outcome });
        logger.info({ ...job, outcome }, "report");
        // A receiver that was told that it was given up is told that it is there after all.
        if (outcome !== "superseded") await announcements?.renew(job, ANNOUNCED_WITHIN_MS);
        if (name === "backlog-report") await removeFetched(job, { list: workList, findings: workFindings, spool });
      },
      {
        concurrency,
        onTried: (tried) => {
          countJob(metrics, tried);
          metrics.observe("redspot_stage_duration_seconds", { stage: "report" }, tried.runMs / 1000);
        },
        onGivenUp: async (job, error) => {
          await reporting.giveUp(job, error);
          await announcements?.add(job);
          await auditReport(job, asReportFailure(error).code);
          logger.error({ err: error, ...job }, "report given up");
        },
        onError: (error, job) => logger.warn({ err: error, ...job }, "report failed"),
      },
    );
  const workers = [
    reportsOf("report", config.REDSPOT_REPORT_CONCURRENCY),
    reportsOf("backlog-report", BACKLOG_REPORTS_AT_ONCE),
  ];
  // Together: one that waits for the PACS would have the other go on taking reports.
  closers.push(() => Promise.all(workers.map((worker) => worker.close())));

  const list = new ReadingList(listStore);
  const events = new EventStream();
  const pages = new ListPages({
    list,
    headStarts: config.REDSPOT_HEAD_START_MINUTES,
    viewerUrl: config.REDSPOT_VIEWER_URL,
    now,
  });
  const { access, transport } = await openAccess(config, { logger, onRefused: audit.refused });
  const checks = { redis: () => listStore.redis.ping() };
  const ups = openUps({
    store: listStore,
    pacs,
    retrieveUrl: config.REDSPOT_RETRIEVE_URL ?? config.REDSPOT_PACS_URL,
    policy,
    now,
    logger,
  });
  const board = openQueueBoard(listStore);
  closers.push(() => board.close());
  const app = await buildApp({
    list,
    board,
    ups,
    spool,
    patients: new PatientDirectory({ find: (study) => pacs.findStudy(study), now }),
    events,
    pages,
    findings: new FindingStore(listStore),
    viewerUrl: config.REDSPOT_VIEWER_URL,
    access,
    transport,
    sessionKey: sharedKey(listStore, "session"),
    secureCookie: config.REDSPOT_SECURE_COOKIE,
    audit: audit.trail,
    pacsName,
    now,
    checks,
    logger,
  });
  watchReadingList(metrics, list, now);
  const backlog = new Backlog(listStore);
  closers.push(() => backlog.close());
  watchSweep(metrics, backlog);
  const queues = openQueues(listStore, closers);
  const { address, admin } = await openPorts(app, service, { access, transport, metrics, checks, queues });
  // What a version before this one put on the list is counted too.
  void Promise.all([new ReadingList(workStore).indexAnew(), new Workitems(workStore).indexAnew()]).catch(
    (error: unknown) => logger.warn({ err: error }, "the reading list could not be counted anew"),
  );
  // Waits for Redis; meanwhile the page says that the list cannot be read.
  const watch = await new ReadingList(workStore).watch();
  closers.push(() => watch.close());
  watch.on("change", (study) => void setTimeout(() => events.changed(study), TOLD_AFTER_MS).unref());
  // Whoever asks for the list then is told that it cannot be read.
  const readAnew = () => {
    pages.changedHere();
    events.refresh();
  };
  watch.on("lost", readAnew);
  watch.on("resumed", readAnew);
  events.refresh();
  const workitemWatch = await new Subscriptions(workStore).watch();
  closers.push(() => workitemWatch.close());
  workitemWatch.on("event", (event) => ups.channel.event(event));
  workitemWatch.on("initial", (report) => ups.channel.initial(report));
  workitemWatch.on("resumed", () => ups.channel.mayHaveMissed());
  await audit.started(service.settingDigests);
  logger.info({ address, admin, headStartMinutes: String(config.REDSPOT_HEAD_START_MINUTES) }, "ready");
});
