import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc, { type Arbitrary } from "fast-check";
import { TELLING_BYTES } from "./telling-bytes.ts";

const folder = join(import.meta.dirname, "corpus");

/** The files of the corpus whose names have the given ending. */
export function corpusFiles(ending: string): Uint8Array[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(folder, name))));
}

type Damage =
  | { kind: "set"; at: number; bytes: Uint8Array }
  | { kind: "insert"; at: number; bytes: Uint8Array }
  | { kind: "flip"; at: number; bit: number }
  | { kind: "remove"; at: number; length: number }
  | { kind: "repeat"; at: number; length: number; times: number }
  | { kind: "cut"; at: number };

const place = fc.oneof(fc.nat(600), fc.nat(20_000));
const bytes = fc.oneof(fc.constantFrom(...TELLING_BYTES), fc.uint8Array({ minLength: 1, maxLength: 8 }));
const length = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.nat(2000));

const damage: Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), at: place, bytes }),
  fc.record({ kind: fc.constant("insert" as const), at: place, bytes }),
  fc.record({ kind: fc.constant("flip" as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("remove" as const), at: place, length }),
  fc.record({ kind: fc.constant("repeat" as const), at: place, length, times: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant("cut" as const), at: place }),
);

function damaged(input: Uint8Array, { at: place, ...how }: Damage): Uint8Array {
  const at = input.byteLength === 0 ? 0 : place % input.byteLength;
  const [before, after] = [input.subarray(0, at), input.subarray(at)];
  switch (how.kind) {
    case "set":
      return Buffer.concat([before, how.bytes, after.subarray(how.bytes.byteLength)]);
    case "insert":
      return Buffer.concat([before, how.bytes, after]);
    case "remove":
      return Buffer.concat([before, after.subarray(how.length)]);
    case "repeat":
      return Buffer.concat([before, ...Array(how.times).fill(after.subarray(0, how.length)), after]);
    case "cut":
      return before;
    case "flip": {
      const copy = Uint8Array.from(input);
      if (at < copy.byteLength) copy[at]! ^= 1 << how.bit;
      return copy;
    }
  }
}

/** The input as it is, or with up to eight damages one after the other. */
export function perhapsDamaged(inputs: Arbitrary<Uint8Array>): Arbitrary<Uint8Array> {
  return fc
    .tuple(inputs, fc.oneof(fc.constant([]), fc.array(damage, { maxLength: 8 })))
    .map(([input, damages]) => damages.reduce(damaged, input));
}
