import type { StoredFrame } from "../decode/stored-frame.ts";
import type { Box } from "../resample/area-average.ts";
import type { Lattice } from "./lattice.ts";
import type { Spans } from "./polygon.ts";

/** Lattice points that must have the very value before anything is looked into. */
const LEAST_POINTS = 4;
/** No more of the field than this is written on. */
const MOST_OF_FIELD = 0.05;
/** What is written ends within two pixels, by at least this much of the range. */
const STEP = 0.1;
/** And this share of its ends must be such steps. */
const STEEP_ENDS = 0.85;

/**
 * The word that text and flags were burnt in with, if any were: the brightest in the field, which no anatomy has, because
 * each run of it along a row begins and ends with a step onto level ground. Bone that the detector or the sender has clipped
 * at the brightest value slopes down to its sides instead. Undefined where there is no such word.
 */
export function findBurntIn(
  { columns, words }: StoredFrame,
  lattice: Lattice,
  isOpen: Uint8Array,
  valueOf: (word: number) => number,
  brightness: 1 | -1,
  box: Box,
  open: Spans | undefined,
): number | undefined {
  const brightest = brightestPoint(lattice, isOpen, brightness);
  if (brightest === undefined) return undefined;
  const first = lattice.step >> 1;
  const row = first + Math.floor(brightest.index / lattice.width) * lattice.step;
  const word = words[row * columns + first + (brightest.index % lattice.width) * lattice.step]!;
  const rises = (from: number, to: number) => ((valueOf(from) - valueOf(to)) * brightness) / brightest.reach;
  let ends = 0;
  let steep = 0;
  const count = (at: number, outwards: 1 | -1) => {
    ends++;
    const drop = rises(word, words[at + 2 * outwards]!);
    const further = rises(words[at + 2 * outwards]!, words[at + 4 * outwards]!);
    if (drop >= STEP && Math.abs(further) <= 0.35 * drop + 0.03) steep++;
  };
  for (let y = box.y; y < box.y + box.height; y++) {
    const spans = open ? open(y) : [box.x, box.x + box.width];
    for (let s = 0; s + 1 < spans.length; s += 2) {
      const [from, to] = [y * columns + spans[s]! + 4, y * columns + spans[s + 1]! - 4];
      for (let at = from; at < to; at++) {
        if (words[at] !== word) continue;
        const start = at;
        while (at < to && words[at] === word) at++;
        if (start > from) count(start, -1);
        if (at < to) count(at - 1, 1);
      }
    }
  }
  return ends > 0 && steep >= STEEP_ENDS * ends ? word : undefined;
}

/** The brightest lattice point, and how far it is above the darkest, where as many have its value as a text would. */
function brightestPoint(
  { values }: Lattice,
  isOpen: Uint8Array,
  brightness: 1 | -1,
): { index: number; reach: number } | undefined {
  let index = -1;
  let least = Number.POSITIVE_INFINITY;
  let field = 0;
  for (let at = 0; at < values.length; at++) {
    if (!isOpen[at]) continue;
    field++;
    const value = values[at]! * brightness;
    if (value < least) least = value;
    if (index < 0 || value > values[index]! * brightness) index = at;
  }
  if (index < 0) return undefined;
  let points = 0;
  for (let at = 0; at < values.length; at++) if (isOpen[at] && values[at] === values[index]) points++;
  const reach = values[index]! * brightness - least;
  return reach > 0 && points >= LEAST_POINTS && points <= MOST_OF_FIELD * field ? { index, reach } : undefined;
}
