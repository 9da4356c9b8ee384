import assert from "node:assert/strict";
import { test } from "node:test";
import { compose, identity, invert, rotation, scaling, translation } from "./affine.ts";
import { type Grid, gridX, gridY, noThickness, project } from "./projection.ts";
import { ellipsoid, type Solid, shelled } from "./solid.ts";

const everywhere = () => true;
const GRID: Grid = { columns: 61, rows: 61, pitch: 1 };

/** A ball of 20 mm radius, all cortex. */
const ball: Solid = {
  name: "ball",
  density: shelled(ellipsoid(20, 20, 20), 40, 1),
  low: [-21, -21, -21],
  high: [21, 21, 21],
  place: identity(),
  texture: 0,
};

test("the thickness of a ball along the beam is that of its chords", () => {
  const into = noThickness(GRID);
  project(ball, identity(), GRID, into, everywhere);
  for (let row = 0; row < GRID.rows; row++) {
    for (let column = 0; column < GRID.columns; column++) {
      const r2 = gridX(GRID, column) ** 2 + gridY(GRID, row) ** 2;
      // Where the beam grazes the surface, the chord changes faster than the edge is sharp.
      if (r2 > 19 ** 2 && r2 < 21 ** 2) continue;
      const chord = r2 < 400 ? 2 * Math.sqrt(400 - r2) : 0;
      const found = into.material[row * GRID.columns + column]!;
      assert.ok(Math.abs(found - chord) < 0.25, `${found.toFixed(2)} mm where the chord is ${chord.toFixed(2)}`);
    }
  }
});

test("a pose moves and scales what is projected", () => {
  const into = noThickness(GRID);
  const pose = compose(translation(10, -5, 30), scaling(0.5, 0.5, 0.5), rotation("y", 40), rotation("z", 25));
  project(ball, pose, GRID, into, everywhere);
  const centre = (30 + 5) * GRID.columns + 30 + 10;
  assert.ok(Math.abs(into.material[centre]! - 20) < 0.25, "half as big, half as thick");
  assert.equal(into.material[30 * GRID.columns + 18], 0);
});

test("a shell of cortex around nothing counts its walls, and takes the room of the whole", () => {
  const into = noThickness(GRID);
  project({ ...ball, density: shelled(ellipsoid(20, 20, 20), 3, 0) }, identity(), GRID, into, everywhere);
  const centre = 30 * GRID.columns + 30;
  assert.ok(Math.abs(into.material[centre]! - 6) < 0.25);
  assert.ok(Math.abs(into.room[centre]! - 40) < 0.25);
});

test("beams that the collimator shuts off are left alone", () => {
  const into = noThickness(GRID);
  project(ball, identity(), GRID, into, (x) => x > 0);
  assert.equal(into.material[30 * GRID.columns + 25], 0);
  assert.ok(into.material[30 * GRID.columns + 35]! > 30);
});

test("a map and its inverse undo each other", () => {
  const map = compose(translation(3, -4, 5), rotation("x", 30), scaling(-2, 2, 2), rotation("y", 70));
  const round = compose(map, invert(map));
  identity().forEach((value, i) => {
    assert.ok(Math.abs(round[i]! - value) < 1e-12);
  });
});
