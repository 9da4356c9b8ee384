import type { Random } from "./random.ts";

/**
 * A wrist's own measures. Its frame, in mm of an average adult: x towards the palm, y towards the fingers, z towards
 * the thumb; the origin is the middle of the radius's joint surface. Ranges: Medoff, Hand Clin 21 (2005) 279, for the
 * distal radius; widths and lengths are those of average adult bones.
 */
export interface WristAnatomy {
  /** How far the radius's joint surface looks palmwards, degrees (mean 11). */
  readonly volarTilt: number;
  /** How far it rises towards the radial styloid, degrees (mean 23). */
  readonly inclination: number;
  /** How much longer the ulna is than the radius, mm. */
  readonly ulnarVariance: number;
  /** Bending of the hand against the forearm, degrees; extension positive. */
  readonly extension: number;
  /** Deviation of the hand towards the thumb, degrees. */
  readonly deviation: number;
  /** Thickness of cortices and density of trabecular bone, 1 as at 30 years. */
  readonly mineral: number;
  /** How stout bones are, and how stout the soft tissue is. */
  readonly breadth: number;
  readonly flesh: number;
  /** Thickness of the fat below the skin, mm. */
  readonly fat: number;
  /** Swelling of the soft tissue about the wrist, mm: sprains swell too. */
  readonly swelling: number;
  /** How far thumb and fingers are bent, degrees. */
  readonly thumb: number;
  readonly fingers: readonly [number, number, number, number];
  /** Open growth plates: their width, mm; 0 when fused. */
  readonly growthPlate: number;
  /** Small differences between one bone and the next. */
  readonly quirks: readonly number[];
}

export function drawWrist(random: Random, age: number): WristAnatomy {
  const grown = age >= 17;
  const mineral = Math.max(0.5, 1.05 - Math.max(0, age - 40) * 0.008 + random.normal(0, 0.1));
  return {
    volarTilt: random.normal(11, 3.5),
    inclination: random.normal(22, 3),
    ulnarVariance: random.normal(-0.3, 1.3),
    extension: random.normal(3, 8),
    deviation: random.normal(0, 5),
    mineral: grown ? mineral : random.uniform(0.7, 0.95),
    breadth: random.normal(1, 0.05),
    flesh: random.normal(1, 0.1),
    fat: random.uniform(2.5, 7),
    swelling: random.chance(0.5) ? random.uniform(0, 5) : 0,
    thumb: random.uniform(18, 48),
    fingers: [random.normal(4, 6), random.normal(6, 6), random.normal(9, 7), random.normal(13, 8)],
    growthPlate: grown ? 0 : random.uniform(1.2, 2.6),
    quirks: Array.from({ length: 48 }, () => random.normal(0, 1)),
  };
}

/** An average wrist is about this much bigger or smaller: men, women, children. */
export const bodySize = (random: Random, age: number) =>
  age >= 17 ? random.normal(1, 0.06) : random.normal(0.55 + 0.026 * age, 0.03);
