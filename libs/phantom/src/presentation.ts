import { type Drawing, draw } from "@redspot/lettering";
import type { Annotation } from "./annotation.ts";
import { insideCollimation } from "./beam.ts";
import { enlarge, type Field, fieldOf, smooth } from "./field.ts";
import { noiseTile } from "./noise-tile.ts";
import type { Random } from "./random.ts";
import type { Technique } from "./technique.ts";

/** Quantum noise as a detector passes it on, a little smoothed. */
const GRAIN = noiseTile("grain", 512, 0.55, 0.55);

/** The exponents of attenuation that the tables below cover, and in how many steps. */
const LOWEST = -1;
const HIGHEST = 9;
const ENTRIES = 8192;
/** The exponents that raw values reach from end to end: a little over-exposed air to a lead marker. */
const RAW_LOWEST = -0.3;
const RAW_HIGHEST = 6.5;
const PER_ENTRY = (ENTRIES - 1) / (HIGHEST - LOWEST);
const entryOf = (exponent: number) => Math.max(0, Math.min(ENTRIES - 1, (exponent - LOWEST) * PER_ENTRY)) | 0;

/**
 * From exposure to stored values as a CR reader or flat panel does it: logarithm, edge enhancement by unsharp masking,
 * grain, and the display's S-shaped curve, bright where little got through; then what is burnt in.
 */
export function present(
  reached: Field,
  pitch: number,
  technique: Technique,
  annotation: Annotation,
  random: Random,
): Uint16Array {
  const { rows, columns } = technique;
  const log = enhanced(reached, pitch, technique);
  const lead = new Map<number, number>();
  for (const drawing of annotation.lead) {
    draw(drawing, columns, rows, (index, cover) => lead.set(index, Math.max(cover, lead.get(index) ?? 0)));
  }
  const curve = curveOf(technique);
  const grain = grainOf(technique);
  const pixels = new Uint16Array(rows * columns);
  const last = GRAIN.size - 1;
  const shiftX = random.integer(0, last);
  const shiftY = random.integer(0, last);
  enlarge(log, columns, rows, (row, values) => {
    const from = row * columns;
    const tile = ((row + shiftY) & last) * GRAIN.size;
    for (let x = 0; x < columns; x++) {
      let exponent = values[x]!;
      if (lead.size > 0) {
        const cover = lead.get(from + x);
        if (cover !== undefined) exponent += (4.5 - exponent * 0.5) * cover;
      }
      const noise = grain[entryOf(exponent)]! * GRAIN.values[tile + ((x + shiftX) & last)]!;
      pixels[from + x] = curve[entryOf(exponent + noise)]!;
    }
  });
  if (technique.surround !== "exposed") maskSurround(pixels, technique);
  const paint = (drawing: Drawing, value: number) =>
    draw(drawing, columns, rows, (index, cover) => {
      pixels[index] = Math.round(pixels[index]! + (value - pixels[index]!) * cover);
    });
  for (const drawing of annotation.burntIn) {
    // A dark rim, so that white text can be read on white.
    paint({ ...drawing, half: drawing.half * 1.5 + 0.7 }, storedOf(technique, 0));
    paint(drawing, storedOf(technique, 1));
  }
  return pixels;
}

/** Logarithm of the exposure, edges enhanced; overshoot at the collimator's edge is limited, as readers do. */
function enhanced(reached: Field, pitch: number, { edge }: Technique): Field {
  const log = fieldOf(reached.columns, reached.rows);
  for (let i = 0; i < log.values.length; i++) log.values[i] = -Math.log(reached.values[i]!);
  const mask = smooth(log, edge.width / pitch);
  for (let i = 0; i < log.values.length; i++) {
    const value = log.values[i]!;
    log.values[i] = value + edge.gain * Math.max(-0.3, Math.min(0.3, value - mask.values[i]!));
  }
  return log;
}

/** The stored value of a brightness between 0, black, and 1, white. */
function storedOf({ bitsStored, photometric, range }: Technique, brightness: number): number {
  const share = range.low + brightness * (range.high - range.low);
  return Math.round((photometric === "MONOCHROME1" ? 1 - share : share) * (2 ** bitsStored - 1));
}

/**
 * Stored value by exponent of attenuation: a logistic curve, like film's, that spans the whole range; a straight line for
 * what is to be processed elsewhere.
 */
function curveOf(technique: Technique): Uint16Array {
  const { middle, latitude } = technique.curve;
  const table = new Uint16Array(ENTRIES);
  for (let i = 0; i < ENTRIES; i++) {
    const exponent = LOWEST + i / PER_ENTRY;
    const logistic = 1 / (1 + Math.exp((-5 * (exponent - middle)) / latitude));
    const straight = Math.max(0, Math.min(1, (exponent - RAW_LOWEST) / (RAW_HIGHEST - RAW_LOWEST)));
    table[i] = storedOf(technique, technique.raw ? straight : logistic);
  }
  return table;
}

/**
 * Standard deviation of the exponent by exponent: quantum noise by the photons that a pixel counts (Poisson), and the
 * electronics'. What does not come through at all is held down, as the reader's own limits do.
 */
function grainOf({ photons, pixelSpacing, electronic }: Technique): Float32Array {
  const perPixel = photons * pixelSpacing * pixelSpacing;
  const table = new Float32Array(ENTRIES);
  for (let i = 0; i < ENTRIES; i++) {
    const signal = Math.exp(-(LOWEST + i / PER_ENTRY));
    table[i] = Math.min(0.6, Math.sqrt(1 / (perPixel * signal) + (electronic / signal) ** 2));
  }
  return table;
}

/** Electronic shutters: what lies outside the collimated field gets one value. */
function maskSurround(pixels: Uint16Array, technique: Technique): void {
  const { rows, columns, pixelSpacing, beam } = technique;
  const inside = insideCollimation(beam.collimation);
  const value = storedOf(technique, technique.surround === "black" ? 0 : 1);
  for (let row = 0; row < rows; row++) {
    const y = ((rows - 1) / 2 - row) * pixelSpacing;
    for (let column = 0; column < columns; column++) {
      if (inside((column - (columns - 1) / 2) * pixelSpacing, y) < 0.4) pixels[row * columns + column] = value;
    }
  }
}
