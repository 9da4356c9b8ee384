import { DicomWebError } from "@redspot/dicomweb";
import {
  type Backlog,
  type FindingStore,
  type InstanceNote,
  NotYet,
  PermanentFailure,
  type ReadingList,
  type StudyJob,
  type StudyLedger,
  type StudyQueue,
  type SweepOutcome,
} from "@redspot/queue";
import { SpoolError } from "@redspot/spool";
import type { ImageInPacs, PacsStudies } from "@redspot/sweep";
import type { Finding } from "@redspot/triage";
import type { Analysis } from "./analyse-study.ts";
import { NotTheImage } from "./fetch-image.ts";

export interface SweepDependencies {
  backlog: Pick<Backlog, "noteOutcome">;
  list: Pick<ReadingList, "get">;
  ledger: Pick<StudyLedger, "noteInstance" | "closeRevision">;
  findings: Pick<FindingStore, "get">;
  /** Where a study goes that arrives of itself while it is being fetched. */
  settling: Pick<StudyQueue, "add">;
  /** Where the reports of the backlog wait for the PACS. */
  reports: Pick<StudyQueue, "depth">;
  pacs: Pick<PacsStudies, "imagesOf">;
  fetch: (image: ImageInPacs) => Promise<InstanceNote>;
  analysis: Analysis;
}

/** Fetches and analyses studies of the backlog, just in time. */
export interface Sweeping {
  sweep(job: StudyJob): Promise<SweepOutcome>;
  giveUp(job: StudyJob, error: Error): Promise<void>;
}

/**
 * So many reports may wait for the PACS: their images lie in the spool until they are stored, and the spool is for what
 * arrives.
 */
const MOST_REPORTS_WAITING = 200;

/** How long a study of the backlog is left alone when something is away or full that has nothing to do with it. */
const WAIT_MS = 60_000;

/** None of a study's images could be had. */
class NothingRetrieved extends PermanentFailure {
  readonly code = "NOT_RETRIEVED";
}

/**
 * The life of a study that nobody sent: what the PACS has of it is fetched into the spool, noted as of the backlog, and
 * analysed. Every step may be done twice. It ends early where there is nothing to do: the study arrived of itself, has a
 * report by now, or is gone.
 */
export function sweepingWith(dependencies: SweepDependencies): Sweeping {
  const { backlog } = dependencies;
  return {
    async sweep(job) {
      const outcome = await sweepStudy(job, false, dependencies).catch((error: unknown) => {
        throw isNotItsFault(error) ? new NotYet(retryAfterOf(error) ?? WAIT_MS) : error;
      });
      await backlog.noteOutcome(job.studyInstanceUID, outcome);
      return outcome;
    },

    async giveUp(job, error) {
      await backlog.noteOutcome(job.studyInstanceUID, await lastOutcome(job, error, dependencies));
    },
  };
}

/** What is left to say of a study that was tried in vain: something about it, if any of its images is there. */
async function lastOutcome(job: StudyJob, error: Error, dependencies: SweepDependencies): Promise<SweepOutcome> {
  const { list, analysis } = dependencies;
  try {
    if (error instanceof NothingRetrieved) throw error;
    return await sweepStudy(job, true, dependencies);
  } catch (failure) {
    // Once it is on the list it says why nothing was found.
    if (await list.get(job.studyInstanceUID)) return outcomeOf(await analysis.giveUp(job));
    return { kind: "failed", code: String((failure as { code?: unknown }).code ?? "SWEEP_FAILED") };
  }
}

async function sweepStudy(job: StudyJob, isLastTry: boolean, dependencies: SweepDependencies): Promise<SweepOutcome> {
  const { list, ledger, findings, settling, pacs, analysis } = dependencies;
  const { studyInstanceUID, revision } = job;
  const workitem = await list.get(studyInstanceUID);
  if (workitem?.lane === "live") return { kind: "arrived" };
  if (await findings.get(studyInstanceUID, revision)) return outcomeOf(await analysis.analyse(job));
  if (!isLastTry) await demandRoom(dependencies);

  const { images, report } = await pacs.imagesOf(studyInstanceUID);
  if (report === "reported") return { kind: "reported" };
  if (images.length === 0) return { kind: "gone" };
  const { notes, missing } = await fetchAll(images, isLastTry, dependencies);
  if (notes.length === 0) throw new NothingRetrieved(`none of the ${images.length} images could be retrieved`);

  let lane = "backlog";
  for (const note of notes) {
    const noted = await ledger.noteInstance(note);
    lane = noted.lane;
    if (lane === "live" && noted.openRevision !== undefined) {
      await settling.add({ studyInstanceUID, revision: noted.openRevision });
    }
  }
  // It arrived of itself meanwhile: from here on it is the live queues' business.
  if (lane === "live") return { kind: "arrived" };
  await ledger.closeRevision(studyInstanceUID, revision, 0);
  return outcomeOf(await analysis.analyse(job, missing));
}

async function demandRoom({ reports }: SweepDependencies): Promise<void> {
  const { waiting, active, delayed } = await reports.depth();
  if (waiting + active + delayed >= MOST_REPORTS_WAITING) throw new NotYet(WAIT_MS);
}

async function fetchAll(
  images: readonly ImageInPacs[],
  isLastTry: boolean,
  { fetch }: SweepDependencies,
): Promise<{ notes: InstanceNote[]; missing: ImageInPacs[] }> {
  const notes: InstanceNote[] = [];
  const missing: ImageInPacs[] = [];
  const fetched = await Promise.allSettled(images.map(fetch));
  for (const [at, one] of fetched.entries()) {
    if (one.status === "fulfilled") notes.push(one.value);
    else if (isLastTry || isForGood(one.reason)) missing.push(images[at]!);
    else throw one.reason;
  }
  return { notes, missing };
}

/** The PACS will say the same of the image again: it has none such, or another in its place. */
function isForGood(error: unknown): boolean {
  return error instanceof NotTheImage || (error instanceof DicomWebError && !error.retryable);
}

/** The PACS is away or asks for patience, or the spool is full: no study is worse for it than another. */
function isNotItsFault(error: unknown): boolean {
  if (error instanceof SpoolError) return error.code === "NO_SPACE";
  if (!(error instanceof DicomWebError)) return false;
  return ["UNREACHABLE", "TIMED_OUT", "UNAUTHORIZED"].includes(error.code) || [429, 503].includes(error.status ?? 0);
}

function retryAfterOf(error: unknown): number | undefined {
  return error instanceof DicomWebError ? error.retryAfterMs : undefined;
}

function outcomeOf({ outcome, probability, reason }: Finding): SweepOutcome {
  if (outcome === "not-analysed") return { kind: outcome, reason: reason?.code ?? "ANALYSIS_FAILED" };
  return { kind: outcome, probability: probability ?? 0 };
}
