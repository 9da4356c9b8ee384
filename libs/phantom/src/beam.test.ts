import assert from "node:assert/strict";
import { test } from "node:test";
import { attenuation, type Beam, expose } from "./beam.ts";
import type { Grid } from "./projection.ts";

const GRID: Grid = { columns: 40, rows: 40, pitch: 1 };
const BEAM: Beam = {
  energy: 40,
  collimation: { x: 0, y: 0, width: 30, height: 30, degrees: 0 },
  heel: 0,
  heelDirection: 0,
  scatter: 0,
  scatterSpread: 10,
  blur: 0,
};
const zero = () => new Float32Array(1600);
const middle = 20 * 40 + 20;

test("coefficients are the tabulated ones at 40 keV, and fall with energy", () => {
  // 0.6655 cm2/g x 1.92 g/cm3 and 0.2688 cm2/g x 1.06 g/cm3.
  assert.ok(Math.abs(attenuation(40).bone - 0.12778) < 1e-5);
  assert.ok(Math.abs(attenuation(40).soft - 0.02849) < 1e-5);
  assert.ok(attenuation(55).bone < attenuation(45).bone);
});

test("ten millimetres of bone in forty of soft tissue let through what Beer and Lambert say", () => {
  const reached = expose(GRID, zero().fill(10), zero().fill(40), BEAM);
  const expected = Math.exp(-0.127776 * 10 - 0.0284928 * 40);
  assert.ok(Math.abs(reached.values[middle]! / expected - 1) < 1e-3);
});

test("beside the open field there is what leaks, what spills over the blades' edges, and scatter", () => {
  const without = expose(GRID, zero(), zero(), BEAM);
  assert.ok(without.values[middle]! > 0.99);
  assert.ok(without.values[0]! < 0.035);
  const wide = { columns: 200, rows: 200, pitch: 1 };
  const nothing = new Float32Array(40_000);
  assert.ok(expose(wide, nothing, nothing, BEAM).values[0]! < 0.003);
  const withScatter = expose(GRID, zero(), zero(), { ...BEAM, scatter: 0.2 });
  assert.ok(withScatter.values[0]! > without.values[0]! + 0.01);
});
