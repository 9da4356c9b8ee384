import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Radiograph, type RadiographOptions, renderRadiograph } from "./radiograph.ts";

const matrix = { columns: 200, rows: 300 };
const render = (options: RadiographOptions) => renderRadiograph({ matrix, ...options });
const sha256 = ({ pixels }: Radiograph) => createHash("sha256").update(new Uint8Array(pixels.buffer)).digest("hex");

/** Where two images differ by more than a share of the range. */
function differences(a: Radiograph, b: Radiograph, share: number): { x: number; y: number }[] {
  const limit = share * 2 ** a.bitsStored;
  const places: { x: number; y: number }[] = [];
  a.pixels.forEach((value, i) => {
    if (Math.abs(value - b.pixels[i]!) > limit) places.push({ x: i % a.columns, y: Math.floor(i / a.columns) });
  });
  return places;
}

test("the same options give the same pixels, to the bit", () => {
  const options = { seed: 42, fracture: { type: "colles", severity: 0.6, ulnarStyloid: true } } as const;
  assert.equal(sha256(render(options)), sha256(render(options)));
  assert.equal(sha256(render(options)), "d8945432b5db48daf603d02d441b55a28baafec618541474688eef35189c3eb4");
  assert.notEqual(sha256(render({ ...options, seed: 43 })), sha256(render(options)));
});

test("a hairline fracture changes the image at the fracture and nowhere else", () => {
  for (const seed of [1, 2, 3, 5]) {
    const whole = render({ seed });
    const broken = render({ seed, fracture: { severity: 0, ulnarStyloid: false } });
    const places = differences(whole, broken, 0.025);
    assert.ok(places.length > 0, "something shows");
    const { x, y, width, height } = whole.truth.region!;
    for (const place of places) {
      const inside = place.x >= x && place.x <= x + width && place.y >= y && place.y <= y + height;
      assert.ok(inside, `seed ${seed}: ${place.x}, ${place.y} lies outside the region`);
    }
  }
});

test("a gross fracture leaves the forearm's shaft as it is, and what is beside the limb", () => {
  for (const seed of [1, 2, 3, 5]) {
    const whole = render({ seed });
    const broken = render({ seed, fracture: { severity: 1 } });
    const { y, height } = whole.truth.region!;
    const places = differences(whole, broken, 0.03);
    assert.ok(places.length > 0.01 * whole.pixels.length, "a hundredth of the image is moved");
    const shaft = (place: { y: number }) =>
      whole.upsideDown ? place.y < y - 0.1 * height : place.y > y + 1.1 * height;
    assert.deepEqual(places.filter(shaft), [], `seed ${seed}`);
  }
});

test("angulation goes dorsally in a Colles fracture, palmwards in a Smith fracture", () => {
  const of = (type: "colles" | "smith") => {
    const { fracture } = render({ seed: 9, fracture: { type, severity: 0.8 } }).truth;
    assert.ok(fracture);
    return fracture;
  };
  assert.ok(of("colles").angulation > 10 && of("colles").displacement > 0);
  assert.ok(of("smith").angulation < -10 && of("smith").displacement < 0);
});

test("MONOCHROME1 is MONOCHROME2 turned round", () => {
  const bitsStored = 12;
  const two = render({ seed: 11, bitsStored, photometric: "MONOCHROME2" });
  const one = render({ seed: 11, bitsStored, photometric: "MONOCHROME1" });
  one.pixels.forEach((value, i) => {
    assert.ok(Math.abs(4095 - value - two.pixels[i]!) <= 1);
  });
});

test("values fill the bits that are stored, and no more", () => {
  for (const bitsStored of [10, 11, 12, 13, 14, 15]) {
    const { pixels } = render({ seed: 12, bitsStored });
    const highest = pixels.reduce((a, b) => Math.max(a, b), 0);
    const lowest = pixels.reduce((a, b) => Math.min(a, b), 65535);
    assert.ok(highest < 2 ** bitsStored, `${highest} in ${bitsStored} bits`);
    assert.ok(highest - lowest > 0.6 * 2 ** bitsStored, `${lowest} to ${highest} in ${bitsStored} bits`);
  }
});

test("bone is brighter than flesh, and flesh than air", () => {
  const image = render({ seed: 14, bitsStored: 10, photometric: "MONOCHROME2" });
  const sorted = [...image.pixels].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const { x, y, width, height } = image.truth.region!;
  const middle = image.pixels[(y + (height >> 1)) * image.columns + x + (width >> 1)]!;
  assert.ok(middle > at(0.5), "the middle of the distal radius is among the brighter half");
});

test("the red spot is burnt in when asked for, and nothing else changes", () => {
  for (const seed of [1, 4, 6]) {
    const without = render({ seed });
    const flagged = render({ seed, redSpot: true });
    assert.equal(without.truth.redSpot, false);
    assert.equal(flagged.truth.redSpot, true);
    const share = differences(without, flagged, 0.001).length / without.pixels.length;
    assert.ok(share > 0.0002 && share < 0.05, `${(share * 100).toFixed(2)} % of the pixels`);
    const side = flagged.photometric === "MONOCHROME1" ? -1 : 1;
    const brighter = flagged.pixels.filter(
      (value, i) => side * (value - without.pixels[i]!) > 0.3 * 2 ** flagged.bitsStored,
    );
    assert.ok(brighter.length > 10, "it stands out, and bright");
  }
});

test("what must be excluded says so", () => {
  for (const exclusion of ["cast", "open-growth-plates", "ap-view", "other-body-part"] as const) {
    const { truth } = render({ seed: 21, exclusion });
    assert.equal(truth.eligible, false);
    assert.equal(truth.exclusion, exclusion);
    assert.equal(truth.age < 17, exclusion === "open-growth-plates");
  }
  assert.equal(render({ seed: 21, exclusion: "ap-view" }).truth.kind, "ap-wrist");
  assert.equal(render({ seed: 21, exclusion: "other-body-part" }).truth.kind, "other-body-part");
  const eligible = render({ seed: 21 }).truth;
  assert.deepEqual([eligible.kind, eligible.eligible, eligible.exclusion], ["lateral-wrist", true, undefined]);
});

test("plaster shows: it is brighter where there was air", () => {
  const bare = render({ seed: 31, photometric: "MONOCHROME2", bitsStored: 12 });
  const cast = render({ seed: 31, photometric: "MONOCHROME2", bitsStored: 12, exclusion: "cast" });
  const brighter = bare.pixels.filter((value, i) => cast.pixels[i]! > value + 400).length;
  assert.ok(brighter > 0.03 * bare.pixels.length);
});

test("raw values are linear in the logarithm of the exposure, and carry no burnt-in text", () => {
  const raw = render({ seed: 17, raw: true, redSpot: true });
  assert.equal(raw.truth.redSpot, false);
  assert.equal(raw.technique.edge.gain, 0);
});
