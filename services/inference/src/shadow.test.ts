import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineOutput } from "@redspot/model";
import type { ModelInput } from "@redspot/pixels";
import type { ShadowNote } from "@redspot/queue";
import { type Finding, findingOf } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { Shadow, type ShadowOutcome } from "./shadow.ts";

type Run = (input: Float32Array, n: number) => Promise<EngineOutput>;

/** A model whose head adds up the first feature so many times. */
const modelOf = (letter: string, engine: { run: Run }, times: number) => ({
  identity: { ...EXAMPLE_MODEL, packageHash: letter.repeat(64) },
  engine,
  inputScaling: { min: 0, max: 1 },
  head: { weights: Float32Array.from({ length: 2048 }, (_, i) => (i === 0 ? times : 0)), bias: 0 },
  calibrate: (logit: number) => 1 / (1 + Math.exp(-logit)),
});
type Model = ReturnType<typeof modelOf>;

const never: Run = () => Promise.reject(new Error("nobody may run it"));
const answering = (logit: number): Run => {
  return async () => ({
    logits: Float32Array.of(logit),
    features: new Float32Array(2048),
    activationMaps: new Float32Array(64),
  });
};
const input = { size: 299, pixels: new Float32Array(299 * 299) } as ModelInput;
const features = (first: number) => Float32Array.from({ length: 2048 }, (_, i) => (i === 0 ? first : 1));
const turn = () => new Promise((resolve) => setImmediate(resolve));

function shadowOf(models: Model[], keep: (note: ShadowNote) => Promise<void> = async () => {}) {
  const [notes, outcomes, errors]: [ShadowNote[], ShadowOutcome[], unknown[]] = [[], [], []];
  let quiet = true;
  const shadow = new Shadow({
    models,
    mayRun: () => quiet,
    scores: { note: async (note) => keep(note).then(() => void notes.push(note)) },
    onOutcome: (outcome) => outcomes.push(outcome),
    onError: (error) => errors.push(error),
  });
  return { shadow, notes, outcomes, errors, setQuiet: (is: boolean) => (quiet = is) };
}

const findingWith = (...logits: number[]): Finding =>
  findingOf({
    ...{ studyInstanceUID: "1.2", revision: 3, model: EXAMPLE_MODEL, softwareVersion: "0", analysedAt: new Date(5000) },
    instances: logits.map((logit, at) => ({
      ...{ sopInstanceUID: `1.2.${at}`, sopClassUID: "1.2.840.10008.5.1.4.1.1.1", analysed: true, logit },
      ...{ probability: 1 / (1 + Math.exp(-logit)), activationMap: Array.from({ length: 64 }, () => 0) },
    })),
  });

test("a shadow of the same backbone runs nothing: its head is given the features, and both scores are kept", async () => {
  const engine = { run: never };
  const [a, b] = [modelOf("a", engine, 1), modelOf("b", engine, -2)];
  const { shadow, notes, outcomes } = shadowOf([a, b]);
  const beside = [1.5, 0.25].map((first) => shadow.score(input, features(first), a)!);
  assert.deepEqual(await Promise.all(beside), [-3, -0.5]);
  await shadow.keep(findingWith(1.5, 0.25), a, beside);
  assert.deepEqual(outcomes, ["scored"]);
  const [note] = notes;
  assert.deepEqual([note?.studyInstanceUID, note?.revision, note?.at], ["1.2", 3, 5000]);
  assert.equal(note?.scores[a.identity.packageHash]?.logit, 1.5, "of each the most suspicious image");
  assert.equal(note?.scores[a.identity.packageHash]?.outcome, "fracture");
  assert.equal(note?.scores[b.identity.packageHash]?.logit, -0.5);
  assert.equal(note?.scores[b.identity.packageHash]?.probability.toFixed(4), "0.3775");
});

test("whichever speaks, the other is the shadow; where there is one package there is none", async () => {
  const engine = { run: never };
  const [a, b] = [modelOf("a", engine, 1), modelOf("b", engine, -2)];
  const { shadow } = shadowOf([a, b]);
  assert.equal(await shadow.score(input, features(1), b), 1);
  const alone = shadowOf([a]);
  assert.equal(alone.shadow.score(input, features(1), a), undefined);
  await alone.shadow.keep(findingWith(1), a, []);
  assert.deepEqual(alone.outcomes, []);
});

test("a shadow of another backbone waits until nothing else is in hand, and one image too many is let go", async () => {
  const [a, b] = [modelOf("a", { run: never }, 1), modelOf("b", { run: answering(0.5) }, 1)];
  const { shadow, setQuiet, outcomes, notes } = shadowOf([a, b]);
  setQuiet(false);
  const said = Array.from({ length: 65 }, () => shadow.score(input, features(1), a)!);
  assert.equal(await said[64], "skipped");
  let isSaid = false;
  void said[0]!.then(() => (isSaid = true));
  await turn();
  assert.equal(isSaid, false);
  setQuiet(true);
  shadow.wake();
  assert.deepEqual(new Set(await Promise.all(said.slice(0, 64))), new Set([0.5]));
  await shadow.keep(findingWith(1, 1), a, said.slice(63));
  assert.deepEqual([outcomes, notes.length], [["skipped"], 0], "half a study is none");
});

test("whatever the shadow fails of is counted, and reaches nobody", async () => {
  const [a, b] = [modelOf("a", { run: never }, 1), modelOf("b", { run: never }, 1)];
  const broken = shadowOf([a, b]);
  const said = [broken.shadow.score(input, features(1), a)!];
  await broken.shadow.keep(findingWith(1), a, said);
  assert.deepEqual([broken.outcomes, broken.errors.length], [["failed"], 1]);

  const engine = { run: never };
  const pair = [modelOf("a", engine, 1), modelOf("b", engine, 1)] as const;
  const forgetful = shadowOf([...pair], () => Promise.reject(new Error("Redis")));
  await forgetful.shadow.keep(findingWith(1), pair[0], [Promise.resolve(1)]);
  assert.deepEqual([forgetful.outcomes, forgetful.errors.length], [["failed"], 1]);
});

test("an image that an earlier revision was recalled for was not in the shadow: the study is skipped", async () => {
  const engine = { run: never };
  const [a, b] = [modelOf("a", engine, 1), modelOf("b", engine, 1)];
  const { shadow, outcomes } = shadowOf([a, b]);
  await shadow.keep(findingWith(1, 2), a, [Promise.resolve(1)]);
  assert.deepEqual(outcomes, ["skipped"]);
});
