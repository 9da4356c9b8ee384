import { planStudies, type StudyOptions } from "@redspot/phantom";

/** How many phantoms each part gets; half of each has a fracture. */
export interface PartSizes {
  /** The head is trained on these. */
  readonly training: number;
  /** Calibration, cut-off and inconclusive band are chosen on these. */
  readonly calibration: number;
  /** The figures in the manifest come from these, which nothing was chosen on. */
  readonly test: number;
}

export type Part = keyof PartSizes;
export type CasePlan = StudyOptions & { part: Part };

const PARTS: readonly Part[] = ["training", "calibration", "test"];

/**
 * The cases of all parts: eligible lateral wrists, one image a patient, every patient another seed, so that no patient
 * is in two parts. The radiographer's flag is on some, fracture or not, so that it tells nothing, and senders have
 * their habits.
 */
export function planCases(sizes: PartSizes, seed: number): CasePlan[] {
  const plan = PARTS.flatMap((part, index) => {
    // Days below zero, where nobody who asks for a day of phantoms will look.
    const day = -(PARTS.length * seed + index + 1);
    const studies = planStudies({ count: sizes[part], seed: day, fractureShare: 0.5, exclusionShare: 0 });
    return studies.map((study): CasePlan => ({ ...study, views: ["lateral"], part }));
  });
  if (new Set(plan.map((one) => one.seed)).size !== plan.length) {
    throw new Error(`Seed ${seed} draws one patient twice. Choose another seed.`);
  }
  return plan;
}
