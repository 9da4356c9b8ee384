import { brightnessOf, type GreyScale } from "../grey/grey-scale.ts";
import type { Look } from "../look.ts";
import type { Box } from "../resample/area-average.ts";
import type { Lattice } from "./lattice.ts";
import { labelParts } from "./parts.ts";

/** Lattice points that must have the very value before anything is looked into. */
const LEAST_POINTS = 4;
/** No more of the field than this is written on. */
const MOST_OF_FIELD = 0.05;
/** What is written ends within two pixels, by at least this much of the range. */
const STEP = 0.1;
/**
 * Beyond a dark rim, by which text can be read on white, it is brighter again; the rim is this much darker than the
 * text.
 */
const RIM = 0.6;
/** This share of a part's ends must be such steps; bone that is clipped has at most half as many. */
const STEEP_ENDS = 0.6;
/** And there must be so many of them. */
const LEAST_ENDS = 12;
/** A letter, a dot, an arrow is no more than this share of the grid. */
const LARGEST_PART = 0.01;

/**
 * Where text and flags were burnt in, on a grid of width x height cells over the box: 1 in cells that they touch. They
 * have the brightest value of the field, all of them the same, and each run of it along a row begins and ends with a
 * step onto level ground. Bone that the detector or the sender has clipped at the brightest value slopes down to its
 * sides instead. Undefined where there is nothing of the kind; and in frames that were halved or compressed with loss,
 * where values are no longer exact, it finds nothing.
 */
export function findBurntIn(
  { frame, lattice, isOpen, open }: Look,
  scale: GreyScale,
  box: Box,
  width: number,
  height: number,
): Uint8Array | undefined {
  const { rows, columns, words } = frame;
  const brightest = brightestWord(lattice, isOpen, scale);
  if (brightest === undefined) return undefined;
  const { word } = brightest;
  const fall = (from: number, to: number) => (brightnessOf(scale, from) - brightnessOf(scale, to)) / brightest.reach;
  const isStep = (at: number, outwards: 1 | -1) => {
    const drop = fall(word, words[at + 2 * outwards]!);
    const further = fall(words[at + 2 * outwards]!, words[at + 4 * outwards]!);
    const level = 0.35 * drop + 0.03;
    return drop >= STEP && further <= level && (further >= -level || drop >= RIM);
  };
  const written = new Uint8Array(width * height);
  // A cell of the largest images has a few hundred rows.
  const ends = new Uint16Array(width * height);
  const steps = new Uint16Array(width * height);
  const whole = [0, columns];
  const cellOf = (column: number) =>
    Math.min(width - 1, Math.max(0, Math.floor(((column - box.x) * width) / box.width)));
  const lastRow = Math.min(rows, Math.ceil(box.y + box.height));
  // Searching for the word is the library's own, and passes over a million pixels at no cost.
  for (let at = words.indexOf(word, Math.max(0, Math.floor(box.y)) * columns); at >= 0; at = words.indexOf(word, at)) {
    const from = at;
    while (words[at] === word) at++;
    const row = Math.floor(from / columns);
    if (row >= lastRow) break;
    const cells = Math.min(height - 1, Math.max(0, Math.floor(((row - box.y) * height) / box.height))) * width;
    const spans = open ? open(row) : whole;
    for (let s = 0; s + 1 < spans.length; s += 2) {
      const first = Math.max(from - row * columns, spans[s]! + 4);
      const last = Math.min(at - row * columns, spans[s + 1]! - 4) - 1;
      if (first > last) continue;
      const firstCell = cells + cellOf(first);
      written.fill(1, firstCell, cells + cellOf(last) + 1);
      ends[firstCell]! += 2;
      steps[firstCell]! += Number(isStep(row * columns + first, -1)) + Number(isStep(row * columns + last, 1));
    }
  }
  return keepSteepParts(written, ends, steps, width);
}

function keepSteepParts(
  written: Uint8Array,
  ends: Uint16Array,
  steps: Uint16Array,
  width: number,
): Uint8Array | undefined {
  const { sizes, runs } = labelParts(written, width);
  const partEnds = new Uint32Array(sizes.length);
  const partSteps = new Uint32Array(sizes.length);
  for (const { part, from, to } of runs) {
    for (let at = from; at < to; at++) {
      partEnds[part]! += ends[at]!;
      partSteps[part]! += steps[at]!;
    }
  }
  const isKept = sizes.map(
    (size, part) =>
      part > 0 &&
      size <= LARGEST_PART * written.length &&
      partEnds[part]! >= LEAST_ENDS &&
      partSteps[part]! >= STEEP_ENDS * partEnds[part]!,
  );
  if (!isKept.includes(true)) return undefined;
  for (const { part, from, to } of runs) if (!isKept[part]) written.fill(0, from, to);
  return written;
}

/** The brightest word, and how far it is above the darkest, where as many lattice points have it as a text would. */
function brightestWord(
  { words }: Lattice,
  isOpen: Uint8Array,
  scale: GreyScale,
): { word: number; reach: number } | undefined {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [word, points, field] = [0, 0, 0];
  for (let at = 0; at < words.length; at++) {
    if (!isOpen[at]) continue;
    field++;
    const value = brightnessOf(scale, words[at]!);
    if (value < least) least = value;
    if (value === greatest) points++;
    if (value <= greatest) continue;
    greatest = value;
    word = words[at]!;
    points = 1;
  }
  const isLikely = greatest > least && points >= LEAST_POINTS && points <= MOST_OF_FIELD * field;
  return isLikely ? { word, reach: greatest - least } : undefined;
}
