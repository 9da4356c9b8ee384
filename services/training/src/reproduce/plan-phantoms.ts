import { EXCLUSIONS, planStudies, type StudyOptions } from "@redspot/phantom";
import { randomStream } from "@redspot/statistics";
import { uniformInt } from "pure-rand/distribution/uniformInt";

/** Kim & MacKinnon 2018: 695 + 694 radiographs, and 50 + 50 that were kept apart. */
const PAPER = { split: 1389, finalEach: 50 } as const;

export interface Sizes {
  /** Radiographs to be split into training, validation and testing. */
  readonly split: number;
  /** Of either class, kept apart for the final set. */
  readonly finalEach: number;
  /** Radiographs that have to be left out, as some of a department's are. */
  readonly excluded: number;
  /** Of training, validation and testing; a trial needs a larger validation part to be calibrated on. */
  readonly ratios: string;
  /** Rows and columns of every image, where it is not to be drawn. */
  readonly matrix?: { readonly rows: number; readonly columns: number };
}

/** Calibration wants ten validation cases of either class. */
const FEWEST_TO_VALIDATE = 24;

/** The paper's sizes, or a part of them for a trial. */
export function sizesAt(scale: number): Sizes {
  const [split, finalEach] = [Math.round(PAPER.split * scale), Math.max(2, Math.round(PAPER.finalEach * scale))];
  const ratios = split / 10 < FEWEST_TO_VALIDATE ? "50:40:10" : "80:10:10";
  return { split, finalEach, excluded: Math.round(0.05 * split), ratios };
}

/** A phantom of the department's year: a lateral wrist that training may use, or one that it must leave out. */
export interface PlannedPhantom extends StudyOptions {
  readonly number: number;
  readonly date: string;
}

/** A few matrices, which tell nothing about the fracture; smaller than a department's, so that disk and time suffice. */
const MATRICES = [
  { rows: 1200, columns: 800 },
  { rows: 1400, columns: 1000 },
  { rows: 1200, columns: 1200 },
  { rows: 1600, columns: 1200 },
] as const;

const FIRST_DAY = Date.UTC(2015, 0, 1);
const DAYS = 390;

/**
 * Thirteen months of lateral wrists, as in the paper (January 2015 to January 2016): every patient another seed, one image a
 * patient, half of those that count with a fracture. The radiographer's flag is on some, fracture or not.
 */
export function planPhantoms({ split, finalEach, excluded, matrix }: Sizes, seed: number): PlannedPhantom[] {
  const count = split + 2 * finalEach + excluded;
  const studies = planStudies({
    count,
    // Days below zero, where nobody who asks for a day of phantoms will look.
    seed: -1 - seed,
    fractureShare: (Math.ceil(split / 2) + finalEach) / count,
    exclusionShare: excluded / count,
    exclusions: EXCLUSIONS,
    oddityShare: 0,
  });
  if (new Set(studies.map((study) => study.seed)).size !== count) {
    throw new RangeError(`Seed ${seed} draws one patient twice. Choose another seed.`);
  }
  const random = randomStream(seed, "matrices");
  return studies.map((study, i) => ({
    ...study,
    number: i + 1,
    views: study.exclusion === "ap-view" ? ["pa"] : ["lateral"],
    matrix: matrix ?? MATRICES[uniformInt(random, 0, MATRICES.length - 1)]!,
    date: new Date(FIRST_DAY + Math.floor((i * DAYS) / count) * 86_400_000)
      .toISOString()
      .slice(0, 10)
      .replaceAll("-", ""),
  }));
}
