import { randomStream, shuffle } from "@redspot/statistics";

/** What of a case decides on its fold. */
export interface Member {
  readonly patient: string;
  /** 1 is a fracture. */
  readonly label: number;
}

/**
 * Deals cases out to k folds for cross-validation: all images of a patient to the same one, and patients with a fracture
 * as evenly as those without. Gives the fold of each case.
 */
export function dealFolds(members: readonly Member[], k: number, seed: number): Uint32Array {
  const fractured = new Map<string, boolean>();
  for (const { patient, label } of members) fractured.set(patient, label === 1 || fractured.get(patient) === true);
  const random = randomStream(seed, "folds");
  const folds = new Map<string, number>();
  for (const wanted of [true, false]) {
    // Sorted first, so that the order in which cases were collected does not matter.
    const patients = [...fractured.keys()].filter((patient) => fractured.get(patient) === wanted).sort();
    for (const patient of shuffle(patients, random)) folds.set(patient, folds.size % k);
  }
  return Uint32Array.from(members, ({ patient }) => folds.get(patient)!);
}
