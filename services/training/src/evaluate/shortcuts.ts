import { INPUT_SIZE } from "@redspot/model";
import { areaUnderCurve, compareAreas } from "@redspot/statistics";
import type { Case } from "../work-folder.ts";
import type { ShortcutResult } from "./evaluation-file.ts";
import { fitLogisticRegression, logOdds } from "./logistic-regression.ts";

/** A case and what the network sees of it. */
interface SeenCase {
  readonly it: Case;
  /** 299 x 299 greys, 0 to 1. */
  readonly pixels: Float32Array;
}

/** A way to tell fractures without looking at bones, in a few measures of a case. */
interface Shortcut {
  readonly name: string;
  /** What doing well with it would mean. */
  readonly meaning: string;
  readonly measures: (seen: SeenCase) => readonly number[];
}

const THUMBNAIL = 8;
const GREYS = 16;
const BORDER = 15;

/** What a network could learn in place of fractures, from the crudest on. */
const SHORTCUTS: readonly Shortcut[] = [
  {
    name: "image size",
    meaning: "images with and without a fracture come from other machines, or were cropped differently",
    measures: ({ it: { rows, columns } }) => [Math.log(rows), Math.log(columns), Math.log(rows / columns)],
  },
  {
    name: "equipment",
    meaning: "one machine or window sees more fractures than another",
    measures: ({ it: { manufacturer, window } }) => [...oneOfEight(manufacturer ?? ""), ...oneOfEight(window)],
  },
  {
    name: "removed annotation",
    meaning: "those with a fracture were flagged; the flag was removed from the image, but something of it may be left",
    measures: ({ it: { annotationPixels } }) => [Math.log1p(annotationPixels), annotationPixels > 0 ? 1 : 0],
  },
  {
    name: "grey histogram",
    meaning: "exposure or processing differs between the classes",
    measures: ({ pixels }) => histogram(pixels),
  },
  {
    name: "border brightness",
    meaning: "collimation, padding or marks at the border differ between the classes",
    measures: ({ pixels }) => borders(pixels),
  },
  {
    name: "tiny thumbnail",
    meaning: "something that even 8 x 8 pixels show differs: a mark, a cast, the way the arm lies",
    measures: ({ pixels }) => thumbnail(pixels),
  },
];

/** A name as eight numbers, by a hash, so that names that were not there in training have their place as well. */
function oneOfEight(name: string): number[] {
  const hash = [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  return Array.from({ length: 8 }, (_, i) => (hash % 8 === i ? 1 : 0));
}

function histogram(pixels: Float32Array): number[] {
  const bins = new Array<number>(GREYS).fill(0);
  for (const grey of pixels) bins[Math.min(GREYS - 1, Math.floor(grey * GREYS))]! += 1 / pixels.length;
  return bins;
}

/** Mean greys of the four sides and of the four corners. */
function borders(pixels: Float32Array): number[] {
  const far = INPUT_SIZE - BORDER;
  const corner = 2 * BORDER;
  const edge = INPUT_SIZE - corner;
  return [
    meanOf(pixels, 0, 0, INPUT_SIZE, BORDER),
    meanOf(pixels, 0, far, INPUT_SIZE, BORDER),
    meanOf(pixels, 0, 0, BORDER, INPUT_SIZE),
    meanOf(pixels, far, 0, BORDER, INPUT_SIZE),
    ...[0, edge].flatMap((y) => [0, edge].map((x) => meanOf(pixels, x, y, corner, corner))),
  ];
}

function thumbnail(pixels: Float32Array): number[] {
  const place = (i: number) => Math.round((i * INPUT_SIZE) / THUMBNAIL);
  return Array.from({ length: THUMBNAIL ** 2 }, (_, at) => {
    const [x, y] = [at % THUMBNAIL, Math.floor(at / THUMBNAIL)];
    return meanOf(pixels, place(x), place(y), place(x + 1) - place(x), place(y + 1) - place(y));
  });
}

function meanOf(pixels: Float32Array, left: number, top: number, width: number, height: number): number {
  let sum = 0;
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) sum += pixels[y * INPUT_SIZE + x]!;
  }
  return sum / (width * height);
}

/** From this lower limit of its area on, a shortcut alone is worth an alarm, however good the model is. */
const ALARMING = 0.75;
/** Below this one it tells hardly anything, and six are tried: one of them is above chance by chance now and then. */
const TELLING = 0.6;

/** Enough for 64 measures of a hundred cases, and no hindrance to three of a thousand. */
const RIDGE = 10;

const labelsOf = (cases: readonly Case[]) => Uint8Array.from(cases, ({ label }) => (label === "fracture" ? 1 : 0));

/** Measures cases one at a time, so that their pixels need not be in memory together. */
export class ShortcutTrial {
  readonly #training: { cases: Case[]; measures: (readonly number[])[][] } = { cases: [], measures: [] };
  readonly #tested: { cases: Case[]; measures: (readonly number[])[][] } = { cases: [], measures: [] };

  add(part: "training" | "tested", seen: SeenCase): void {
    const where = part === "training" ? this.#training : this.#tested;
    where.cases.push(seen.it);
    where.measures.push(SHORTCUTS.map(({ measures }) => measures(seen)));
  }

  /**
   * Fits a logistic regression on each shortcut's measures of the training part, and compares it with the model on the
   * cases that the model is tested on: the very same split, and DeLong's test on the very same cases.
   *
   * @param scores the model's, of the tested cases in the order in which they were added
   */
  compareWith(scores: ArrayLike<number>): ShortcutResult[] {
    const labels = labelsOf(this.#tested.cases);
    return SHORTCUTS.map(({ name, meaning }, at) => {
      const of = ({ measures }: { measures: (readonly number[])[][] }) => measures.map((each) => each[at]!);
      const training = { values: of(this.#training), labels: labelsOf(this.#training.cases) };
      const fit = fitLogisticRegression(training, { ridge: RIDGE });
      const odds = logOdds(fit, of(this.#tested));
      const auc = areaUnderCurve(odds, labels);
      const { difference, low, high, p } = compareAreas(scores, odds, labels);
      const asGood = auc.low > ALARMING || (auc.low > TELLING && low <= 0);
      return { name, meaning, auc, asGood, modelBetterBy: { difference, low, high, p } };
    });
  }
}
