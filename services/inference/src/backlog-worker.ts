import type { DicomWebClient } from "@redspot/dicomweb";
import {
  Backlog,
  FindingStore,
  type JobTry,
  ReadingList,
  type Store,
  type StudyJob,
  StudyLedger,
  StudyQueue,
  type StudyWorker,
  type SweepModel,
  type SweepOutcome,
  workOn,
} from "@redspot/queue";
import type { Spool } from "@redspot/spool";
import { InstancesOfStudies, PacsStudies, politely } from "@redspot/sweep";
import type { Analysis } from "./analyse-study.ts";
import { fetchImage } from "./fetch-image.ts";
import type { OpenModel } from "./open-model.ts";
import { type SweepDependencies, sweepingWith } from "./sweep-study.ts";

interface BacklogOptions {
  client: DicomWebClient;
  spool: Pick<Spool, "receive" | "putRecord">;
  /** That waits for live studies, and leaves its reports with those of the backlog. */
  analysis: Analysis;
  /** Most requests to the PACS at a time. */
  atOnce: number;
  /** How many studies are in hand at a time, so that the engine always has some. */
  concurrency: number;
  onTried: (tried: JobTry) => void;
  onSwept: (job: StudyJob, outcome: SweepOutcome) => void;
  onError: (error: Error, job?: StudyJob) => void;
}

/** Radiographs are under these, where no sweep is under way that says otherwise: a study that was given up, tried again. */
const USUAL_MODALITIES = ["CR", "DX"];

/** So often a question is put to a PACS that does not answer before the study waits in the queue instead. */
const TRIES = 3;

/** What sweeps tell of the model package that swept. */
export function sweepModelOf({ identity, modelPackage }: Pick<OpenModel, "identity" | "modelPackage">): SweepModel {
  const { name, version, intendedUse } = identity;
  const { sensitivity, auc } = modelPackage.manifest.evaluation;
  return { name, version, intendedUse, sensitivity: sensitivity.value, auc: auc.value };
}

/** Takes part in sweeps of the backlog: works through its queue, whenever the sweep is not paused. */
export function workOnBacklog(
  store: Store,
  { client, spool, analysis, atOnce, concurrency, onTried, onSwept, onError }: BacklogOptions,
): StudyWorker {
  const backlog = new Backlog(store);
  const settling = new StudyQueue(store, "settling");
  const reports = new StudyQueue(store, "backlog-report");
  const ask = politely({ atOnce, tries: TRIES });
  const instances = new InstancesOfStudies({ client, ask });
  const modalitiesOfSweep = forAMoment(() => backlog.modalities());
  const pacs: SweepDependencies["pacs"] = {
    imagesOf: async (study) => {
      const modalities = (await modalitiesOfSweep()) ?? USUAL_MODALITIES;
      return new PacsStudies({ client, modalities, instancesOf: (one) => instances.of(one) }).imagesOf(study);
    },
  };
  const sweeping = sweepingWith({
    backlog,
    list: new ReadingList(store),
    ledger: new StudyLedger(store),
    findings: new FindingStore(store),
    settling,
    reports: { depth: forAMoment(() => reports.depth()) },
    pacs,
    fetch: (image) => ask(() => fetchImage(image, { spool, open: (one) => client.openInstance(one) })),
    analysis,
  });
  const worker = workOn(store, "backlog", async (job) => onSwept(job, await sweeping.sweep(job)), {
    concurrency,
    onTried,
    onGivenUp: (job, error) => sweeping.giveUp(job, error),
    onError,
  });
  return {
    ...worker,
    close: async () => {
      await worker.close();
      await Promise.all([backlog.close(), settling.close(), reports.close()]);
    },
  };
}

/** Asks once a second at most: what holds for a sweep need not be known to the study. What fails is asked again. */
function forAMoment<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    if (answer === undefined) {
      answer = ask();
      const forget = () => {
        answer = undefined;
      };
      answer.then(() => setTimeout(forget, 1_000).unref(), forget);
    }
    return answer;
  };
}
