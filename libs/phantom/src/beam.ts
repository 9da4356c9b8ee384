import { type Field, fieldOf, resized, shrink, smooth } from "./field.ts";
import { type Grid, gridX, gridY } from "./projection.ts";

/**
 * Linear attenuation coefficients in 1/mm of cortical bone (1.92 g/cm3) and muscle-like soft tissue (1.06 g/cm3) at an effective
 * energy in keV: mass attenuation coefficients of ICRU-44 materials (NIST, Hubbell and Seltzer 1995), between the
 * tabulated energies by a power law.
 */
export function attenuation(energy: number): { bone: number; soft: number } {
  const at = (table: readonly (readonly [number, number])[], density: number) => {
    let i = 0;
    while (i < table.length - 2 && energy > table[i + 1]![0]) i++;
    const [e1, m1] = table[i]!;
    const [e2, m2] = table[i + 1]!;
    const share = Math.log(energy / e1) / Math.log(e2 / e1);
    return (m1 * (m2 / m1) ** share * density) / 10;
  };
  return { bone: at(CORTICAL_BONE, 1.92), soft: at(SOFT_TISSUE, 1.06) };
}

// keV, cm2/g.
const CORTICAL_BONE = [
  [30, 1.331],
  [40, 0.6655],
  [50, 0.4242],
  [60, 0.3148],
  [80, 0.2229],
] as const;
const SOFT_TISSUE = [
  [30, 0.379],
  [40, 0.2688],
  [50, 0.2264],
  [60, 0.2048],
  [80, 0.1823],
] as const;

/** A collimated field: a rectangle on the detector, mm, turned by degrees about its centre. */
export interface Collimation {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly degrees: number;
}

/** How far inside the collimated field a point of the detector is, mm; negative outside. */
export function insideCollimation(c: Collimation): (x: number, y: number) => number {
  const cos = Math.cos((c.degrees * Math.PI) / 180);
  const sin = Math.sin((c.degrees * Math.PI) / 180);
  return (x, y) => {
    const dx = x - c.x;
    const dy = y - c.y;
    const u = Math.abs(dx * cos + dy * sin);
    const v = Math.abs(dy * cos - dx * sin);
    return Math.min(c.width / 2 - u, c.height / 2 - v);
  };
}

export interface Beam {
  /** Effective energy, keV. */
  readonly energy: number;
  readonly collimation: Collimation;
  /** Fall of intensity from cathode to anode side, share of the mean a metre of detector, and its direction in degrees. */
  readonly heel: number;
  readonly heelDirection: number;
  /** Scattered beside primary radiation, in the open field. */
  readonly scatter: number;
  /** How far scatter spreads, mm. */
  readonly scatterSpread: number;
  /** Focal spot and detector blur, mm standard deviation. */
  readonly blur: number;
}

/** Exposure that gets through lead blades beside the open beam. */
const LEAKAGE = 0.002;

/** Radiation from beside the focal spot, which spills over the blades' edges: share at the edge, and its reach, mm. */
const EXTRAFOCAL = 0.05;
const SPILL = 7;

/**
 * What reaches the detector, 1 in the open beam (Beer and Lambert): primary radiation within the collimation, its
 * scatter as a wide veil, then blur.
 * @param bone mm of cortical bone, @param soft mm of soft tissue, @param lead anything else, as an exponent
 */
export function expose(grid: Grid, bone: Float32Array, soft: Float32Array, beam: Beam): Field {
  const mu = attenuation(beam.energy);
  const primary = fieldOf(grid.columns, grid.rows);
  const inside = insideCollimation(beam.collimation);
  const heelX = (beam.heel * Math.cos((beam.heelDirection * Math.PI) / 180)) / 1000;
  const heelY = (beam.heel * Math.sin((beam.heelDirection * Math.PI) / 180)) / 1000;
  for (let row = 0; row < grid.rows; row++) {
    const y = gridY(grid, row);
    for (let column = 0; column < grid.columns; column++) {
      const x = gridX(grid, column);
      const at = row * grid.columns + column;
      // The penumbra of the blades is about a millimetre wide.
      const depth = inside(x, y);
      const spilt = depth < 0 ? EXTRAFOCAL * Math.exp(depth / SPILL) : EXTRAFOCAL;
      const open = Math.max(spilt, Math.min(1, depth / 1.2 + 0.5));
      const through = Math.exp(-mu.bone * bone[at]! - mu.soft * soft[at]!);
      primary.values[at] = (LEAKAGE + open * (1 - LEAKAGE)) * (1 + heelX * x + heelY * y) * through;
    }
  }
  const coarse = 6;
  const veil = smooth(shrink(primary, coarse), beam.scatterSpread / (grid.pitch * coarse));
  const scattered = resized(veil, grid.columns, grid.rows);
  const sharp = smooth(primary, beam.blur / grid.pitch);
  const reached = fieldOf(grid.columns, grid.rows);
  for (let i = 0; i < reached.values.length; i++) {
    reached.values[i] = Math.max(1e-4, sharp.values[i]! + beam.scatter * scattered.values[i]!);
  }
  return reached;
}
