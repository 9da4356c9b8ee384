import type { FindingStore, InstanceNote, StudyJob, StudyLedger, StudyQueue } from "@redspot/queue";
import {
  type Finding,
  findingOf,
  type InstanceFinding,
  type ModelIdentity,
  type Reason,
  reason,
} from "@redspot/triage";
import type { Batcher } from "./batcher.ts";
import type { PreparationPool } from "./preparation-pool.ts";

interface AnalysisDependencies {
  ledger: Pick<StudyLedger, "instancesOf">;
  findings: Pick<FindingStore, "get" | "put">;
  reports: Pick<StudyQueue, "add">;
  pool: Pick<PreparationPool, "prepare">;
  batcher: Pick<Batcher, "score">;
  calibrate: (logit: number) => number;
  model: ModelIdentity;
  softwareVersion: string;
  now: () => Date;
  /** Told of each finding that is new. */
  onFinding?: (finding: Finding) => void;
}

type InstanceName = Pick<InstanceNote, "sopInstanceUID" | "sopClassUID">;

/** Analyses studies, and gives up on those that cannot be: either way there is a finding, and its report is queued. */
export interface Analysis {
  /** @param missing instances that the study has and that nobody could fetch: passed over with that reason */
  analyse(job: StudyJob, missing?: readonly InstanceName[]): Promise<Finding>;
  giveUp(job: StudyJob): Promise<Finding>;
}

/**
 * The middle of a study's life: what its revision holds is prepared and scored, the finding stored, the report queued.
 * Doing it again finds what was stored the first time.
 */
export function analysisWith(dependencies: AnalysisDependencies): Analysis {
  const { ledger, findings, reports, model, softwareVersion, now, onFinding } = dependencies;

  const conclude = async (job: StudyJob, instances: InstanceFinding[], failure?: Reason): Promise<Finding> => {
    const concluded = findingOf({
      ...job,
      instances,
      model,
      softwareVersion,
      analysedAt: now(),
      ...(failure ? { failure } : {}),
    });
    const finding = await findings.put(concluded);
    if (finding.analysedAt === concluded.analysedAt) onFinding?.(finding);
    await reports.add(job);
    return finding;
  };

  return {
    async analyse(job, missing = []) {
      const known = await findings.get(job.studyInstanceUID, job.revision);
      if (known) {
        await reports.add(job);
        return known;
      }
      const notes = await ledger.instancesOf(job.studyInstanceUID, job.revision);
      if (notes.length === 0) {
        throw new Error(`revision ${job.revision} of study ${job.studyInstanceUID} is not settled`);
      }
      const found = await Promise.all(notes.map((note) => analyseInstance(note, dependencies)));
      return conclude(job, [...found, ...missing.map((name) => passedOver(name, reason("NOT_RETRIEVED")))]);
    },

    async giveUp(job) {
      const notes = await ledger.instancesOf(job.studyInstanceUID, job.revision);
      const failure = reason("ANALYSIS_FAILED");
      return conclude(
        job,
        notes.map((note) => passedOver(note, failure)),
        failure,
      );
    },
  };
}

async function analyseInstance(
  note: InstanceNote,
  { pool, batcher, calibrate }: AnalysisDependencies,
): Promise<InstanceFinding> {
  const { studyInstanceUID, sopInstanceUID, sopClassUID, isImage } = note;
  if (!isImage) return passedOver(note, reason("NO_IMAGE"));
  const preparation = await pool.prepare({ studyInstanceUID, sopInstanceUID });
  if ("reason" in preparation) return passedOver(note, preparation.reason);
  const { input, laterality } = preparation.prepared;
  const { logit, activationMap } = await batcher.score(input);
  return {
    sopInstanceUID,
    sopClassUID,
    analysed: true,
    logit,
    probability: calibrate(logit),
    ...(laterality === undefined ? {} : { laterality }),
    activationMap,
    seen: input.facts.seen,
  };
}

function passedOver({ sopInstanceUID, sopClassUID }: InstanceName, why: Reason): InstanceFinding {
  return { sopInstanceUID, sopClassUID, analysed: false, reason: why };
}
