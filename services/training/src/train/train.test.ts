import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { areaUnderCurve } from "@redspot/statistics";
import { plantFolder } from "../evaluate/planted-folder.ts";
import { TrainingError, type TrainingErrorCode } from "../training-error.ts";
import { FILES, openFeatures, readSplit, writeWorkFile } from "../work-folder.ts";
import { PAPER_OPTIONS } from "./head-options.ts";
import { logitsOf } from "./logits.ts";
import { train } from "./train.ts";
import { HEAD_FILE, readHead, readTraining, TRAINING_FILE } from "./training-file.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-train-"));
after(() => rm(folder, { recursive: true }));
await plantFolder(folder);

const schedule = { ...PAPER_OPTIONS.schedule, iterations: 1200, minibatch: 20 };
const options = { ...PAPER_OPTIONS, schedule };
const refuses = (promise: Promise<unknown>, code: TrainingErrorCode, ...parts: string[]) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof TrainingError, String(error));
    assert.equal(error.code, code);
    for (const part of parts) assert.ok(error.message.includes(part), `"${error.message}" names ${part}`);
    return true;
  });

test("a head is trained on the training part, and told of in full", async () => {
  const progress: [string, number, number][] = [];
  const training = await train(folder, { options, seed: 1, onProgress: (...told) => progress.push(told) });
  assert.deepEqual(await readTraining(folder), training);
  assert.deepEqual(training.cases, {
    training: { images: 960, fractures: 480 },
    validation: { images: 20, fractures: 10 },
  });
  assert.deepEqual([training.iterations, training.kept, training.curve.length], [1200, 1200, 120]);
  assert.deepEqual(progress.at(-1), ["training", 1200, 1200]);
  const head = await readHead(folder);
  const { features, labels } = await (await openFeatures(folder)).part("testing");
  assert.ok(areaUnderCurve(logitsOf(head, features), labels).value > 0.75);
  assert.deepEqual((await readdir(join(folder, "head"))).sort(), ["head.f32", "training.json"]);
});

test("training that was killed goes on and ends with the same bytes", async () => {
  const dropping = { ...options, dropout: 0.2 };
  await train(folder, { options: dropping, seed: 2 });
  const whole = await Promise.all([HEAD_FILE, TRAINING_FILE].map((file) => readFile(join(folder, file))));
  await rm(join(folder, "head"), { recursive: true });

  const kill = (_: string, done: number) => {
    if (done === 1100) throw new Error("killed");
  };
  await assert.rejects(train(folder, { options: dropping, seed: 2, onProgress: kill }), /killed/);
  assert.deepEqual(await readdir(join(folder, "head")), ["checkpoint.json"]);
  const told: number[] = [];
  await train(folder, { options: dropping, seed: 2, onProgress: (_, done) => told.push(done) });
  assert.equal(told[0], 1100, "it went on from the checkpoint at 1000");
  for (const [i, file] of [HEAD_FILE, TRAINING_FILE].entries()) {
    assert.deepEqual(await readFile(join(folder, file)), whole[i]);
  }
});

test("a checkpoint of another seed is not taken up", async () => {
  const kill = () => {
    throw new Error("killed");
  };
  await assert.rejects(train(folder, { options, seed: 3, onProgress: (_, done) => done === 1100 && kill() }), /killed/);
  const told: number[] = [];
  await train(folder, { options, seed: 4, onProgress: (_, done) => told.push(done) });
  assert.equal(told[0], 100);
});

test("a search tells of every trial, trains with the best, and goes on after a kill", async () => {
  const trials = [{ "learning-rate": 1e-5 }, { "learning-rate": 0.02 }, { "learning-rate": 0.02, l2: 1000 }];
  const search = { kind: "grid", trials, folds: 3, threads: 2 } as const;
  const kill = (stage: string, done: number) => {
    if (stage === "search" && done >= 4) throw new Error("killed");
  };
  await assert.rejects(train(folder, { options, seed: 1, search, onProgress: kill }), /killed/);
  const told: number[] = [];
  const training = await train(folder, { options, seed: 1, search, onProgress: (_, done) => told.push(done) });
  assert.ok(told[0]! >= 4, "folds that were done are not done again");
  const { trials: results, chosen, folds } = training.search!;
  assert.deepEqual([results.length, folds, chosen], [3, 3, 1]);
  for (const [i, { changes, folds: each }] of results.entries()) {
    assert.deepEqual(changes, trials[i]);
    assert.equal(each.length, 3);
  }
  const best = results[1]!;
  assert.ok(best.crossEntropy! < results[0]!.crossEntropy! && best.auc! > 0.7 && best.standardError! > 0);
  // A penalty that throws the weights from side to side: the trial is told of as diverged, not chosen.
  assert.equal(results[2]!.crossEntropy, null);
  assert.equal(training.options.schedule.initialLearningRate, 0.02);
  assert.equal(training.options.l2, 0);
  assert.deepEqual(await train(folder, { options, seed: 1, search: { ...search, threads: 1 } }), training);
});

test("balanced class weights make either class weigh as much as the other", async () => {
  const { options: used } = await train(folder, { options, classWeights: "balanced", seed: 1 });
  assert.deepEqual(used.classWeights, { fracture: 1, noFracture: 1 });
});

test("what cannot be trained is refused by code", async (t) => {
  const split = await readSplit(folder);
  t.after(() => writeWorkFile(folder, FILES.split, split));
  const withTraining = (training: string[]) =>
    writeWorkFile(folder, FILES.split, { ...split, parts: { ...split.parts, training } });
  await refuses(train(folder, { options: { ...options, dropout: 1 }, seed: 1 }), "OPTIONS_INVALID", "dropout");
  const wild = { ...options, schedule: { ...schedule, initialLearningRate: 1e30 }, l2: 1 };
  await refuses(train(folder, { options: wild, seed: 1 }), "TRAINING_DIVERGED", "1e+30");
  await withTraining([]);
  await refuses(train(folder, { options, seed: 1 }), "PART_EMPTY");
  await withTraining(split.parts.training.slice(0, 9));
  await refuses(train(folder, { options, seed: 1 }), "TOO_FEW_CASES", "4 cases with and 5 without");
  await withTraining(split.parts.training.filter((_, i) => i % 2 === 0));
  await refuses(train(folder, { options, seed: 1 }), "ONE_CLASS_ONLY", "0 cases with and 60 without");
});
