import assert from "node:assert/strict";
import { test } from "node:test";
import { perceptualHash } from "../split/perceptual-hash.ts";
import { drawInput, makeCase } from "../test-support.ts";
import { assemble, type Candidate } from "./assemble.ts";
import type { RowFacts } from "./label-file.ts";
import type { PreparedImage } from "./prepare-image.ts";

const images = Array.from({ length: 10 }, (_, n) => drawInput(n));

interface Said {
  facts?: Partial<RowFacts>;
  prepared?: Partial<PreparedImage>;
  study?: string;
  acquired?: string;
}

/** The nth image: another patient and study unless told otherwise. */
function candidate(n: number, { facts = {}, prepared = {}, study = `${n}`, acquired = `${n}` }: Said = {}): Candidate {
  const { label: _, view: __, order: ___, row: ____, subtype: _____, ...rest } = makeCase(n, images[n]!);
  return {
    image: {
      facts: {
        row: n + 2,
        label: "fracture",
        side: null,
        subtype: null,
        patient: null,
        age: null,
        sex: null,
        ...facts,
      },
      acquired,
      identity: `${n}`,
      study,
      read: () => Promise.resolve(undefined),
    },
    prepared: { ...rest, side: "L", input: `input ${n}`, ...prepared },
  };
}

const hashes = new Map(images.map((pixels, n) => [candidate(n).prepared.id, perceptualHash(pixels)]));
const run = (candidates: Candidate[], struck: string[] = []) =>
  assemble(candidates, { struck: new Set(struck), hashOf: async (id) => hashes.get(id)! });
const left = (excluded: { row: number; reason: string }[]) => excluded.map(({ row, reason }) => [row, reason]);

test("cases come in the order of acquisition, and keep nothing else of it", async () => {
  const { cases } = await run([
    candidate(0, { acquired: "c" }),
    candidate(1, { acquired: "a" }),
    candidate(2, { acquired: "b" }),
  ]);
  assert.deepEqual(
    cases.map(({ row, order }) => [row, order]),
    [
      [3, 0],
      [4, 1],
      [2, 2],
    ],
  );
  assert.ok(!JSON.stringify(cases).includes("input"));
});

test("where the header is silent, the label file is believed", async () => {
  const prepared = { side: null, ageBand: null, sex: null };
  const { cases } = await run([candidate(0, { prepared, facts: { side: "R", age: 82, sex: "F", subtype: "Colles" } })]);
  const { side, ageBand, sex, subtype } = cases[0]!;
  assert.deepEqual([side, ageBand, sex, subtype], ["R", "80+", "F", "Colles"]);
});

test("the other wrist is left out, and both where nobody says which is broken", async () => {
  const both = (side: "L" | "R" | null, label: RowFacts["label"] = "fracture") => [
    candidate(1, { study: "s", facts: { side, label }, prepared: { side: "L" } }),
    candidate(2, { study: "s", facts: { side, label }, prepared: { side: "R" } }),
  ];
  assert.deepEqual(left((await run(both("L"))).excluded), [[4, "OTHER_SIDE"]]);
  assert.deepEqual(left((await run(both(null))).excluded), [
    [3, "SIDE_UNKNOWN"],
    [4, "SIDE_UNKNOWN"],
  ]);
  assert.deepEqual((await run(both(null, "no fracture"))).excluded, []);
});

test("one image labelled both ways is left out altogether, under whatever patient", async () => {
  const facts = { label: "no fracture" } as const;
  const again = candidate(2, { facts, prepared: { input: "input 1" } });
  const { cases, excluded } = await run([candidate(0), candidate(1), again]);
  assert.deepEqual(left(excluded), [
    [3, "CONTRADICTORY_LABELS"],
    [4, "CONTRADICTORY_LABELS"],
  ]);
  assert.equal(cases.length, 1);
});

test("one patient's image with another window and another label is found too; another image of theirs stays", async () => {
  const patient = "1".repeat(32);
  const window = images[1]!.map((grey) => Math.min(1, grey * 1.1));
  hashes.set("copy", perceptualHash(window));
  const { cases, excluded } = await run([
    candidate(1, { prepared: { patient } }),
    candidate(3, { prepared: { patient, id: "copy" }, facts: { label: "no fracture" } }),
    candidate(4, { prepared: { patient }, facts: { label: "no fracture" } }),
  ]);
  assert.deepEqual(left(excluded), [
    [3, "CONTRADICTORY_LABELS"],
    [5, "CONTRADICTORY_LABELS"],
  ]);
  assert.deepEqual(
    cases.map(({ row }) => row),
    [6],
  );
});

test("the same image of the same patient counts once, the earlier; struck ones not at all", async () => {
  const { id, input } = candidate(1).prepared;
  const again = candidate(5, { prepared: { id, input, patient: candidate(1).prepared.patient }, acquired: "0" });
  const { cases, excluded } = await run([candidate(1), again, candidate(2)], [candidate(2).prepared.id]);
  assert.deepEqual(left(excluded), [
    [3, "DUPLICATE"],
    [4, "STRUCK"],
  ]);
  assert.deepEqual(
    cases.map(({ row }) => row),
    [7],
  );
});
