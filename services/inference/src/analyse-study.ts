import type { ModelInput } from "@redspot/pixels";
import type { FindingStore, InstanceNote, StudyJob, StudyLedger, StudyQueue } from "@redspot/queue";
import type { StudyRecords } from "@redspot/recovery";
import {
  exclusionOfClass,
  type Finding,
  findingOf,
  type InstanceFinding,
  type ModelIdentity,
  type Reason,
  reason,
} from "@redspot/triage";
import type { Score, ScoringModel } from "./batcher.ts";
import type { Origin } from "./origin.ts";
import type { PreparationPool } from "./preparation-pool.ts";
import type { ShadowLogit } from "./shadow.ts";

/** A model that can judge a study. */
type JudgingModel = Pick<ScoringModel, "calibrate"> & { readonly identity: ModelIdentity };

/** What is known of how a finding came to be, and is not in it. */
export interface Circumstances<M> {
  /** The model that judged the study. */
  model: M;
  /** Where the study's first readable image comes from. */
  origin?: Origin | undefined;
  /** What the shadow says of each image that was scored, now or later. */
  beside: Promise<ShadowLogit>[];
}

interface AnalysisDependencies<M extends JudgingModel> {
  ledger: Pick<StudyLedger, "instancesOf" | "openAgain">;
  settling: Pick<StudyQueue, "add">;
  findings: Pick<FindingStore, "get" | "put">;
  /** Where a finding is recorded before it is reported, should Redis lose it. */
  records: Pick<StudyRecords, "finding" | "keepFinding">;
  /** Told of a finding that could not be recorded: it is reported all the same. */
  onUnrecorded: (error: Error) => void;
  reports: Pick<StudyQueue, "add">;
  /** Called before a finding's report is queued, and again with a try that begins anew; what fails is tried again. */
  audit?: (finding: Finding) => Promise<void>;
  pool: Pick<PreparationPool, "prepare">;
  /** Which model judges a study that begins now; throws where none can. */
  speaking: { now(): Promise<M> };
  batcher: { score(input: ModelInput, by: M): Promise<Score> };
  /** Who scores the same images beside it. */
  shadow?: { score(input: ModelInput, features: Float32Array, spoke: M): Promise<ShadowLogit> | undefined };
  softwareVersion: string;
  now: () => Date;
  /** Told of each finding that is new. */
  onFinding?: (finding: Finding, circumstances: Circumstances<M>) => void;
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
export function analysisWith<M extends JudgingModel>(dependencies: AnalysisDependencies<M>): Analysis {
  const {
    ledger,
    settling,
    findings,
    records,
    onUnrecorded,
    reports,
    speaking,
    softwareVersion,
    now,
    onFinding,
    audit,
  } = dependencies;

  const conclude = async (
    job: StudyJob,
    instances: InstanceFinding[],
    circumstances: Circumstances<M>,
    failure?: Reason,
  ): Promise<Finding> => {
    const concluded = findingOf({
      ...job,
      instances,
      model: circumstances.model.identity,
      softwareVersion,
      analysedAt: now(),
      ...(failure ? { failure } : {}),
    });
    const finding = await findings.put(concluded);
    if (finding.analysedAt === concluded.analysedAt) onFinding?.(finding, circumstances);
    return passOn(finding);
  };

  /** In this order: what is reported is recorded, or else a Redis that lost it would have it found anew and otherwise. */
  const passOn = async (finding: Finding): Promise<Finding> => {
    await records.keepFinding(finding).catch(onUnrecorded);
    await audit?.(finding);
    const { studyInstanceUID, revision } = finding;
    await reports.add({ studyInstanceUID, revision });
    return finding;
  };

  /** A Redis that forgot a revision may have given its number to one that holds more: what came since is judged too. */
  const openForUnseen = async ({ studyInstanceUID, revision, instances }: Finding): Promise<void> => {
    const seen = new Set(instances.map(({ sopInstanceUID }) => sopInstanceUID));
    const notes = await ledger.instancesOf(studyInstanceUID, revision);
    if (!notes.some(({ isImage, sopInstanceUID }) => isImage && !seen.has(sopInstanceUID))) return;
    const open = await ledger.openAgain(studyInstanceUID);
    if (open !== undefined) await settling.add({ studyInstanceUID, revision: open });
  };

  /** What an earlier revision says of instances that cannot be judged now: the same model says the same of them. */
  const recall = async (
    job: StudyJob,
    found: InstanceFinding[],
    { packageHash }: ModelIdentity,
    why: "INSTANCE_REMOVED" | "ANALYSIS_FAILED",
  ): Promise<InstanceFinding[]> => {
    const isOpen = (one: InstanceFinding) => !one.analysed && one.reason.code === why;
    for (let revision = job.revision - 1; revision > 0 && found.some(isOpen); revision -= 1) {
      const earlier = await knownFinding({ ...job, revision });
      if (earlier?.model.packageHash !== packageHash) continue;
      found = found.map((one) => {
        const then = earlier.instances.find(({ sopInstanceUID }) => sopInstanceUID === one.sopInstanceUID);
        return isOpen(one) && then ? then : one;
      });
    }
    return found;
  };

  const knownFinding = async ({ studyInstanceUID, revision }: StudyJob): Promise<Finding | undefined> => {
    const known = await findings.get(studyInstanceUID, revision);
    if (known) return known;
    const recorded = await records.finding(studyInstanceUID, revision);
    return recorded && findings.put(recorded);
  };

  return {
    async analyse(job, missing = []) {
      const known = await knownFinding(job);
      if (known) {
        await openForUnseen(known);
        return passOn(known);
      }
      const notes = await ledger.instancesOf(job.studyInstanceUID, job.revision);
      if (notes.length === 0) {
        throw new Error(`revision ${job.revision} of study ${job.studyInstanceUID} is not settled`);
      }
      // One for the whole study, whoever gets the word meanwhile.
      const model = await speaking.now();
      const origins: Origin[] = [];
      const beside: Promise<ShadowLogit>[] = [];
      const found = await Promise.all(
        notes.map((note) => analyseInstance(note, dependencies, { model, origins, beside })),
      );
      const recalled = await recall(job, found, model.identity, "INSTANCE_REMOVED");
      const instances = [...recalled, ...missing.map((name) => passedOver(name, reason("NOT_RETRIEVED")))];
      return conclude(job, instances, { model, origin: origins[0], beside });
    },

    async giveUp(job) {
      const known = await knownFinding(job);
      if (known) return passOn(known);
      const notes = await ledger.instancesOf(job.studyInstanceUID, job.revision);
      const model = await speaking.now();
      const failure = reason("ANALYSIS_FAILED");
      const failed = notes.map((note) => passedOver(note, failure));
      // An image that came late and cannot be analysed takes no flag away that the others have given.
      const instances = await recall(job, failed, model.identity, "ANALYSIS_FAILED");
      const isKnown = instances.some(({ analysed }) => analysed);
      return conclude(job, instances, { model, beside: [] }, isKnown ? undefined : failure);
    },
  };
}

async function analyseInstance<M extends JudgingModel>(
  note: InstanceNote,
  { pool, batcher, shadow }: AnalysisDependencies<M>,
  { model, origins, beside }: { model: M; origins: Origin[]; beside: Promise<ShadowLogit>[] },
): Promise<InstanceFinding> {
  const { studyInstanceUID, sopInstanceUID, sopClassUID } = note;
  const exclusion = exclusionUnread(note);
  if (exclusion) return passedOver(note, exclusion);
  const preparation = await pool.prepare({ studyInstanceUID, sopInstanceUID });
  if (preparation.origin !== undefined) origins.push(preparation.origin);
  if ("reason" in preparation) return passedOver(note, preparation.reason);
  const { input, laterality } = preparation.prepared;
  const { logit, activationMap, features } = await batcher.score(input, model);
  const said = shadow?.score(input, features, model);
  if (said !== undefined) beside.push(said);
  return {
    sopInstanceUID,
    sopClassUID,
    analysed: true,
    logit,
    probability: model.calibrate(logit),
    ...(laterality === undefined ? {} : { laterality }),
    activationMap,
    seen: input.facts.seen,
  };
}

/** The pixels that are read at the most, of 16 bits, and 32 MiB around them. */
const MOST_BYTES = 160 * 2 ** 20;

/**
 * Why an instance is not even read: a thread holds one in memory as a whole, and a tomography that somebody sends as well
 * has thousands of images, or one of gigabytes.
 */
function exclusionUnread({ isImage, sopClassUID, bytes }: InstanceNote): Reason | undefined {
  if (!isImage) return reason("NO_IMAGE");
  return exclusionOfClass(sopClassUID) ?? (bytes > MOST_BYTES ? reason("IMAGE_TOO_LARGE") : undefined);
}

function passedOver({ sopInstanceUID, sopClassUID }: InstanceName, why: Reason): InstanceFinding {
  return { sopInstanceUID, sopClassUID, analysed: false, reason: why };
}
