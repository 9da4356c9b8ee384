import { isImage } from "@redspot/dicom";
import {
  FindingStore,
  type InstanceNote,
  type QueueName,
  ReadingList,
  type Store,
  StudyRecovery,
  type StudyView,
} from "@redspot/queue";
import { type FileSpool, SpoolError, type SpooledStudy } from "@redspot/spool";
import { readSopClass } from "./read-sop-class.ts";
import type { ReportsInPacs } from "./reports-in-pacs.ts";
import { StudyRecords } from "./study-records.ts";

export interface ReconcileOptions {
  spool: FileSpool;
  store: Store;
  /** Says what would be done, and does nothing. */
  dryRun?: boolean;
  /** After how many milliseconds the images of a study whose report is stored are removed; never where left out. */
  keepMs?: number;
  /**
   * After how many milliseconds what is remembered of a study of the backlog is removed, once its report is stored and its
   * images are; never where left out.
   */
  keepSweptRecordsMs?: number;
  /** Is asked what it holds of each study that has a finding; not asked where left out. */
  pacs?: ReportsInPacs;
  now?: () => Date;
  /** Ends it after some more studies, with the signal's reason; what has been mended until then is mended. */
  signal?: AbortSignal;
  /** Told how far it is: of the spool's 256 folders, and then of the studies that Redis knows. */
  onProgress?: (where: "spool" | "Redis", done: number, of: number) => void;
}

/** What was found to be missing or left over, and done about it; in a dry run, what would have been done. */
export interface Reconciliation {
  dryRun: boolean;
  /** How much the spool holds. */
  studies: number;
  instances: number;
  /** Of these instances, as their senders' bytes were counted when they came; without what is recorded and shown of them. */
  bytes: number;
  /** Instances of the spool that Redis did not know, findings that it had lost, findings that the spool had not recorded. */
  instancesNoted: number;
  findingsRestored: number;
  findingsRecorded: number;
  reportsRecorded: number;
  /** Studies that were on no list. */
  listed: number;
  /** Jobs that were missing, by queue. */
  queued: Partial<Record<QueueName, number>>;
  /** Jobs that a wrong clock had put off for too long. */
  promoted: number;
  /** Instances removed, as their study has been reported for long enough. */
  removed: number;
  /** Studies of the backlog of which the spool remembers nothing any more, as they have been reported for long enough. */
  recordsRemoved: number;
  /** Reports that the PACS holds though nobody knew of it: recorded. */
  reportsFound: number;
  /** Reports that were stored and that the PACS does not hold: sent again. */
  reportsMissing: number;
  /** Of these, those that cannot be sent again, as the images are gone that tell whose they are: Study Instance UIDs. */
  unsendable: string[];
  /** Files of the spool that are none of its own, and instances that cannot be read: paths below its root. */
  strays: string[];
  unreadable: string[];
}

/** Studies that are looked at together. */
const BATCH = 200;

/** Of these, so many at a time. */
const AT_ONCE = 32;

/** As many paths are told as a person reads. */
const MOST_PATHS = 1000;

/**
 * Makes spool and Redis agree again, whatever was lost: what the spool holds is noted, what was found is restored, each
 * study is on the list, and the job exists that takes it to its next step. That needs no look into the PACS, as a report
 * that is sent again has the UIDs and bytes that it had; whether the PACS still holds what it took, it alone can say, and
 * is asked where `pacs` is given. Idempotent; beside services at work it does what they would do a moment
 * later, and jobs that are queued twice are one. Where the spool fails about a study, the others are mended before it
 * rejects with that.
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const { store, dryRun = false, signal, onProgress = () => {} } = options;
  const recovery = new StudyRecovery(store);
  const run = new Run(options, recovery);
  try {
    const spooled = options.spool.studies({
      onStray: (path) => run.stray(path),
      onProgress: (done, of) => onProgress("spool", done, of),
    });
    for await (const studies of inBatches(spooled)) {
      signal?.throwIfAborted();
      await run.lookIntoSpool(studies);
    }
    const all = await recovery.count();
    let known = 0;
    for await (const studies of recovery.studies()) {
      signal?.throwIfAborted();
      await run.lookIntoRedis(studies);
      known += studies.length;
      onProgress("Redis", Math.min(known, all), all);
    }
    run.result.promoted = await recovery.promoteOverdue(dryRun);
    if (run.failure !== undefined) throw run.failure;
    return run.result;
  } finally {
    await recovery.close();
  }
}

class Run {
  readonly result: Reconciliation;
  /** The first that the spool failed in about a study: the others are looked at before it is told. */
  failure: SpoolError | undefined;
  readonly #spool: FileSpool;
  readonly #records: StudyRecords;
  readonly #findings: FindingStore;
  readonly #recovery: StudyRecovery;
  readonly #dryRun: boolean;
  readonly #keepMs: number;
  readonly #keepSweptRecordsMs: number;
  readonly #pacs: ReportsInPacs | undefined;
  readonly #list: ReadingList;
  readonly #now: () => Date;

  constructor(
    {
      spool,
      store,
      dryRun = false,
      keepMs = Infinity,
      keepSweptRecordsMs = Infinity,
      pacs,
      now = () => new Date(),
    }: ReconcileOptions,
    recovery: StudyRecovery,
  ) {
    this.#spool = spool;
    this.#records = new StudyRecords(spool);
    this.#findings = new FindingStore(store);
    this.#recovery = recovery;
    this.#dryRun = dryRun;
    this.#keepMs = keepMs;
    this.#keepSweptRecordsMs = keepSweptRecordsMs;
    this.#pacs = pacs;
    this.#list = new ReadingList(store);
    this.#now = now;
    this.result = {
      dryRun,
      ...{
        studies: 0,
        instances: 0,
        bytes: 0,
        instancesNoted: 0,
        findingsRestored: 0,
        findingsRecorded: 0,
        reportsRecorded: 0,
      },
      ...{ listed: 0, queued: {}, promoted: 0, removed: 0, recordsRemoved: 0 },
      ...{ reportsFound: 0, reportsMissing: 0, unsendable: [], strays: [], unreadable: [] },
    };
  }

  stray(path: string): void {
    if (this.result.strays.length < MOST_PATHS) this.result.strays.push(path);
  }

  /** Whether Redis knows of what the spool holds. */
  async lookIntoSpool(studies: SpooledStudy[]): Promise<void> {
    const views = await this.#recovery.views(studies.map(({ studyInstanceUID }) => studyInstanceUID));
    this.result.bytes += await this.#recovery.bytesOf(studies);
    await together([...studies.entries()], async ([index, study]) => {
      const view = views[index]!;
      this.result.studies += 1;
      this.result.instances += study.sopInstanceUIDs.length;
      try {
        await this.#restore(study, view);
        await this.#record(study, view);
        await this.#removeExpired(study, view);
        await this.#removeSweptRecords(study);
      } catch (error) {
        if (!(error instanceof SpoolError)) throw error;
        this.failure ??= error;
      }
    });
  }

  async #restore(study: SpooledStudy, view: StudyView): Promise<void> {
    const { studyInstanceUID } = study;
    const missing = study.sopInstanceUIDs.filter((uid) => !view.sopInstanceUIDs.has(uid));
    const recorded = latest("finding", study.records);
    const isLost =
      recorded > view.settledRevision || (recorded === view.settledRevision && recorded > 0 && !view.hasFinding);
    if (missing.length === 0 && !isLost) return;
    const finding = isLost ? await this.#records.finding(studyInstanceUID, recorded) : undefined;
    const notes = await this.#describe(studyInstanceUID, missing);
    if (notes.length === 0 && finding === undefined) return;
    this.result.instancesNoted += notes.length;
    if (finding) this.result.findingsRestored += 1;
    if (this.#dryRun) return;
    await this.#recovery.restore({
      studyInstanceUID,
      lane: isOfBacklog(study.records) ? "backlog" : "live",
      arrivedAt: Math.min(...notes.map((note) => note.arrivedAt), Date.parse(finding?.analysedAt ?? "") || Infinity),
      ...(finding ? { finding } : {}),
      instances: notes,
    });
  }

  async #describe(studyInstanceUID: string, sopInstanceUIDs: string[]) {
    const notes: (InstanceNote & { arrivedAt: number })[] = [];
    for (const sopInstanceUID of sopInstanceUIDs) {
      try {
        const { arrivedAt, bytes } = await this.#spool.factsOf(studyInstanceUID, sopInstanceUID);
        this.result.bytes += bytes;
        const sopClassUID = await readSopClass(this.#spool.pathOf(studyInstanceUID, sopInstanceUID));
        if (sopClassUID !== undefined) {
          notes.push({
            ...{ studyInstanceUID, sopInstanceUID, sopClassUID, isImage: isImage(sopClassUID), bytes },
            arrivedAt: arrivedAt.getTime(),
          });
          continue;
        }
      } catch (error) {
        // One that the disk does not give is no reason to leave all others, and one that went meanwhile is none to tell.
        if (isGone(error)) continue;
      }
      if (this.result.unreadable.length < MOST_PATHS)
        this.result.unreadable.push(`${studyInstanceUID}/${sopInstanceUID}`);
    }
    return notes;
  }

  /** Records what Redis knows and the spool does not, so that the next loss finds it there. */
  async #record(
    { studyInstanceUID, records }: SpooledStudy,
    { isKnown, lane, settledRevision, hasFinding, report }: StudyView,
  ): Promise<void> {
    // It was fetched, and has arrived of itself since.
    if (isKnown && lane === "live" && isOfBacklog(records) && !this.#dryRun) {
      await this.#spool.putRecord(studyInstanceUID, "live-1", new Uint8Array());
    }
    if (hasFinding && !records.includes(`finding-${settledRevision}`)) {
      const finding = await this.#findings.get(studyInstanceUID, settledRevision);
      if (finding) {
        this.result.findingsRecorded += 1;
        if (!this.#dryRun) await this.#records.keepFinding(finding);
      }
    }
    if (report.state === "stored" && !records.includes(`report-${settledRevision}`)) {
      this.result.reportsRecorded += 1;
      const stored = { sopInstanceUID: report.sopInstanceUID, storedAt: this.#now().toISOString() };
      if (!this.#dryRun) await this.#records.keepReport(studyInstanceUID, settledRevision, stored);
    }
  }

  /** Removes the images of a study that is reported, and has been for long enough. What was found about it stays. */
  async #removeExpired({ studyInstanceUID, sopInstanceUIDs }: SpooledStudy, view: StudyView): Promise<void> {
    const { openRevision, settledRevision, report } = view;
    const isDone = openRevision === undefined && report.state === "stored";
    if (this.#keepMs === Infinity || !isDone || sopInstanceUIDs.length === 0) return;
    if (sopInstanceUIDs.some((uid) => !view.sopInstanceUIDs.has(uid))) return;
    const stored = await this.#records.report(studyInstanceUID, settledRevision);
    if (!stored || this.#now().getTime() - Date.parse(stored.storedAt) < this.#keepMs) return;
    this.result.removed += sopInstanceUIDs.length;
    if (this.#dryRun) return;
    for (const sopInstanceUID of sopInstanceUIDs) await this.#spool.remove(studyInstanceUID, sopInstanceUID);
  }

  /**
   * Forgets a study that a sweep fetched and that was reported long ago: of a large backlog the folders alone would be
   * many. Should it be fetched or pushed once more, its report has the UIDs that it has in the PACS.
   */
  async #removeSweptRecords({ studyInstanceUID, sopInstanceUIDs, records }: SpooledStudy): Promise<void> {
    const revision = latest("report", records);
    if (this.#keepSweptRecordsMs === Infinity || sopInstanceUIDs.length > 0 || !isOfBacklog(records)) return;
    if (revision === 0 || revision < latest("finding", records)) return;
    const stored = await this.#records.report(studyInstanceUID, revision);
    if (!stored || this.#now().getTime() - Date.parse(stored.storedAt) < this.#keepSweptRecordsMs) return;
    this.result.recordsRemoved += 1;
    if (!this.#dryRun) await this.#spool.removeRecords(studyInstanceUID, records);
  }

  /** Whether each study that Redis knows is on a list, and its next step will be taken. */
  async lookIntoRedis(studies: string[]): Promise<void> {
    for (let at = 0; at < studies.length; at += BATCH) {
      await together(await this.#recovery.views(studies.slice(at, at + BATCH)), async (view) => {
        if (view.isKnown && !view.isListed) {
          this.result.listed += 1;
          if (!this.#dryRun) await this.#recovery.relist(view.studyInstanceUID);
        }
        await this.#queueNext(await this.#askPacs(view));
      });
    }
  }

  /** What is known of a study's report, once the PACS has been asked for it. */
  async #askPacs(view: StudyView): Promise<StudyView> {
    const { studyInstanceUID, settledRevision, hasFinding, report } = view;
    if (!this.#pacs || !hasFinding) return view;
    const finding = await this.#findings.get(studyInstanceUID, settledRevision);
    const held = finding && (await this.#pacs.instancesOf(studyInstanceUID));
    // It cannot say, or has nothing of the study any more: then its report would be all that it has.
    if (!held || held.length === 0) return view;
    const sopInstanceUID = this.#pacs.reportOf(finding);
    if (held.includes(sopInstanceUID)) {
      if (report.state === "stored") return view;
      this.result.reportsFound += 1;
      if (this.#dryRun) return view;
      await this.#records.keepReport(studyInstanceUID, settledRevision, {
        sopInstanceUID,
        storedAt: this.#now().toISOString(),
      });
      return this.#noteReport(view, { state: "stored", sopInstanceUID });
    }
    if (report.state !== "stored") return view;
    this.result.reportsMissing += 1;
    if ((await this.#spool.list(studyInstanceUID)).length === 0) {
      if (this.result.unsendable.length < MOST_PATHS) this.result.unsendable.push(studyInstanceUID);
      return view;
    }
    if (this.#dryRun) return view;
    await this.#spool.removeRecords(studyInstanceUID, [`report-${settledRevision}`]);
    return this.#noteReport(view, { state: "pending" });
  }

  async #noteReport(view: StudyView, report: StudyView["report"]): Promise<StudyView> {
    await this.#list.noteReport({ studyInstanceUID: view.studyInstanceUID, revision: view.settledRevision }, report);
    return { ...view, report };
  }

  async #queueNext({
    studyInstanceUID,
    lane,
    openRevision,
    settledRevision,
    hasFinding,
    isPlaced,
    report,
  }: StudyView): Promise<void> {
    const isLive = lane === "live";
    if (openRevision !== undefined) {
      // What a sweep had fetched only in part when it was ended stands on the list by now: it is fetched whole.
      await this.#ensure(isLive ? "settling" : "backlog", { studyInstanceUID, revision: openRevision });
    }
    if (settledRevision === 0) return;
    const job = { studyInstanceUID, revision: settledRevision };
    if (!hasFinding) return this.#ensure(isLive ? "triage" : "backlog", job);
    const isSettled = report.state === "stored" || (report.state === "failed" && !report.retrying);
    // The job of the report also gives the study its place.
    if (!isPlaced || !isSettled) await this.#ensure(isLive ? "report" : "backlog-report", job);
  }

  async #ensure(queue: QueueName, job: { studyInstanceUID: string; revision: number }): Promise<void> {
    if (!(await this.#recovery.isMissing(queue, job))) return;
    this.result.queued[queue] = (this.result.queued[queue] ?? 0) + 1;
    if (!this.#dryRun) await this.#recovery.requeue(queue, job);
  }
}

/** Whether an instance was removed while it was looked for. */
function isGone(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "NOT_FOUND" || code === "ENOENT";
}

/** Whether a sweep fetched a study, as it has recorded, and it has not come of itself since. */
function isOfBacklog(records: string[]): boolean {
  return records.includes("backlog-1") && !records.includes("live-1");
}

/** Does something with each, some at a time: Redis then syncs its log once for several, and the disk is not idle. */
async function together<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The highest number under which a study has a record of a kind; 0 where it has none. */
function latest(kind: string, records: string[]): number {
  return Math.max(
    0,
    ...records.flatMap((name) => (name.startsWith(`${kind}-`) ? [Number(name.slice(kind.length + 1))] : [])),
  );
}

async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
