import assert from "node:assert/strict";
import { test } from "node:test";
import { areaUnderCurve, randomStream } from "@redspot/statistics";
import * as tf from "@tensorflow/tfjs";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { fitOf } from "./curves.ts";
import { type HeadOptions, PAPER_OPTIONS } from "./head-options.ts";
import { descend, logitsOn } from "./linear-head.ts";
import { logitsOf } from "./logits.ts";
import { minibatches } from "./minibatches.ts";
import { learningRateAt, PAPER_SCHEDULE } from "./schedule.ts";
import { fitStandardisation, standardise } from "./standardisation.ts";
import { startTensorflow } from "./tensorflow.ts";
import { CHECKPOINT_EVERY, type Checkpoint, trainHead } from "./train-head.ts";

const WIDTH = 16;

/** Cases in which the first two features speak of the label, through noise, and the others say nothing. */
function drawCases(count: number, seed: number) {
  const random = randomStream(seed, "cases");
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const features = Float32Array.from({ length: count * WIDTH }, (_, at) => {
    const told = at % WIDTH < 2 ? labels[Math.floor(at / WIDTH)]! * 0.3 : 0;
    return 5 + told + uniformFloat64(random);
  });
  return { features, labels };
}

const schedule = { ...PAPER_SCHEDULE, iterations: 2000, minibatch: 20 };
const options: HeadOptions = { ...PAPER_OPTIONS, schedule };
const near = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `${found}, not ${expected}`);

test("the schedule is the paper's", () => {
  assert.equal(learningRateAt(PAPER_SCHEDULE, 0), 0.02);
  assert.equal(learningRateAt(PAPER_SCHEDULE, 1799), 0.02);
  assert.equal(learningRateAt(PAPER_SCHEDULE, 1800), 0.02 * 0.67);
  assert.equal(learningRateAt(PAPER_SCHEDULE, 19_999), 0.02 * 0.67 ** 11);
});

test("what it learns holds on cases that it has not seen, by either head, with and without dropout", async () => {
  const [training, unseen] = [drawCases(400, 1), drawCases(400, 2)];
  for (const kind of ["logistic", "softmax"] as const) {
    for (const dropout of [0, 0.3]) {
      const { head } = await trainHead({ training, options: { ...options, kind, dropout }, seed: 1 });
      const { value } = areaUnderCurve(logitsOf(head, unseen.features), unseen.labels);
      assert.ok(value > 0.8, `${kind}, dropout ${dropout}: area ${value}`);
    }
  }
});

test("the same cases and seed give the same head to the bit, another seed gives another", async () => {
  const training = drawCases(100, 1);
  for (const dropout of [0, 0.2]) {
    const of = (seed: number) => trainHead({ training, options: { ...options, dropout }, seed });
    const { head } = await of(1);
    assert.deepEqual((await of(1)).head, head);
    assert.notDeepEqual((await of(2)).head, head);
  }
});

test("training that was stopped and taken up again ends with the same head and curve", async () => {
  const [training, validation] = [drawCases(100, 1), drawCases(40, 2)];
  const run = { training, validation, options: { ...options, dropout: 0.1, earlyStopping: 1900 }, seed: 5 };
  const whole = await trainHead(run);
  let stopped: Checkpoint | undefined;
  const stop = async (checkpoint: Checkpoint) => {
    // As it would lie on disk: nothing of the interrupted run lives on.
    stopped = structuredClone(checkpoint);
    throw new Error("killed");
  };
  await assert.rejects(trainHead({ ...run, onCheckpoint: stop }), /killed/);
  assert.equal(stopped?.iteration, CHECKPOINT_EVERY);
  assert.deepEqual(await trainHead({ ...run, resumeFrom: stopped }), whole);
});

test("the first step goes down the gradient of the cross-entropy", async () => {
  const cases = drawCases(20, 3);
  const one = { ...options, schedule: { ...schedule, iterations: 1 } };
  const { head } = await trainHead({ training: cases, options: one, seed: 1 });
  const logits = logitsOf(head, cases.features);
  // From zero weights each case errs by 1/2: the step is 0.02 times the mean of (label - 1/2) times the case.
  const inputs = standardise(fitStandardisation(cases), cases.features);
  const weights = Array.from({ length: WIDTH }, (_, k) =>
    cases.labels.reduce((sum, label, i) => sum + (0.02 / 20) * (label - 0.5) * inputs[i * WIDTH + k]!, 0),
  );
  near(
    logits[3]!,
    weights.reduce((sum, weight, k) => sum + weight * inputs[3 * WIDTH + k]!, 0),
    1e-5,
  );
});

test("a step is the one that TensorFlow.js takes by its own derivative", async () => {
  const { features, labels } = drawCases(20, 4);
  const [learningRate, l2] = [0.05, 0.3];
  const caseWeights = Float32Array.from(labels, (label) => (label === 1 ? 2 : 0.5));
  for (const kind of ["logistic", "softmax"] as const) {
    const outputs = kind === "logistic" ? 1 : 2;
    const start = Float32Array.from({ length: WIDTH * outputs }, (_, i) => Math.sin(i) / 20);
    const make = () => ({
      state: { weights: tf.tensor2d(start, [WIDTH, outputs]), bias: tf.fill<tf.Rank.R2>([1, outputs], 0.1) },
      batch: {
        inputs: tf.tensor2d(features, [20, WIDTH]),
        labels: tf.tensor2d(Float32Array.from(labels), [20, 1]),
        weights: tf.tensor2d(caseWeights, [20, 1]),
      },
    });
    // WebAssembly lacks kernels that the derivative needs; the plain backend has them all.
    await tf.setBackend("cpu");
    const { state, batch } = make();
    const loss = (weights: tf.Tensor, bias: tf.Tensor): tf.Scalar => {
      const out = tf.add<tf.Tensor2D>(tf.matMul(batch.inputs, weights), bias);
      const own = kind === "logistic" ? out : tf.sub(out.slice([0, 1], [20, 1]), out.slice([0, 0], [20, 1]));
      const sign = tf.sub(tf.mul(batch.labels, 2), 1);
      const crossEntropy = tf.softplus(tf.neg(tf.mul(own, sign)));
      const held = tf.mul(tf.sum(tf.square(weights)), l2 / 2);
      return tf.add(tf.mean(tf.mul(crossEntropy, batch.weights)), held);
    };
    const gradients = tf.grads(loss as (...of: tf.Tensor[]) => tf.Scalar)([state.weights, state.bias]);
    const expected = [state.weights, state.bias].map((value, i) =>
      tf.sub(value, tf.mul(gradients[i]!, learningRate)).dataSync(),
    );
    await startTensorflow();
    const again = make();
    const next = descend(tf, kind, again.state, again.batch, { learningRate, l2 });
    for (const [i, value] of [next.weights, next.bias].entries()) {
      const found = value.dataSync();
      for (const [k, each] of found.entries()) near(each, expected[i]![k]!, 1e-5);
    }
    assert.equal(logitsOn(tf, next, again.batch.inputs).length, 20);
  }
  tf.disposeVariables();
});

test("training leaves no tensor behind", async () => {
  const run = { training: drawCases(40, 1), validation: drawCases(20, 2), options, seed: 1 };
  await trainHead(run);
  const before = tf.memory().numTensors;
  await trainHead(run);
  assert.equal(tf.memory().numTensors, before);
});

test("early stopping keeps the head that did best on the validation part", async () => {
  // A validation part whose labels are turned round: whatever is learnt makes it worse.
  const [training, told] = [drawCases(100, 1), drawCases(100, 2)];
  const validation = { ...told, labels: told.labels.map((label) => 1 - label) };
  const run = { training, validation, seed: 1 };
  const { iterations, kept, head } = await trainHead({ ...run, options: { ...options, earlyStopping: 300 } });
  assert.equal(kept, 0);
  assert.equal(iterations, 300);
  assert.ok(head.weights.every((weight) => weight === 0));
  const whole = await trainHead({ ...run, options });
  assert.deepEqual([whole.iterations, whole.kept], [2000, 2000]);
});

test("l2 holds the weights back, class weights shift the answers", async () => {
  const training = drawCases(200, 1);
  const train = async (change: Partial<HeadOptions>) =>
    (await trainHead({ training, options: { ...options, ...change }, seed: 1 })).head;
  const [plain, held] = [await train({}), await train({ l2: 1 })];
  const length = ({ weights }: { weights: Float32Array }) => Math.hypot(...weights);
  assert.ok(length(held) < length(plain) / 2, `${length(held)} ${length(plain)}`);
  const eager = await train({ classWeights: { fracture: 5, noFracture: 1 } });
  const alarms = (head: typeof plain) => logitsOf(head, training.features).filter((logit) => logit > 0).length;
  assert.ok(alarms(eager) > alarms(plain));
});

test("the curve says how minibatch and validation part fared, every ten iterations", async () => {
  const [training, validation] = [drawCases(100, 1), drawCases(60, 2)];
  const { curve } = await trainHead({ training, validation, options, seed: 1 });
  assert.equal(curve.length, 200);
  assert.deepEqual([curve[0]!.iteration, curve[1]!.iteration], [0, 10]);
  near(curve[0]!.validation!.crossEntropy, Math.LN2, 1e-12);
  assert.ok(curve.at(-1)!.validation!.crossEntropy < Math.LN2);
  assert.ok(curve.at(-1)!.validation!.accuracy > 0.6);
  assert.ok(curve.at(-1)!.training.crossEntropy < curve.at(-1)!.validation!.crossEntropy);
});

test("a fit is the accuracy and the mean cross-entropy", () => {
  const { accuracy, crossEntropy } = fitOf([2, -1, 3, -800], Uint8Array.of(1, 1, 0, 0));
  assert.equal(accuracy, 0.5);
  near(crossEntropy, (Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(1)) + Math.log1p(Math.exp(3))) / 4, 1e-12);
});

test("minibatches take every case once a round, from whatever iteration on", () => {
  const batch = minibatches(10, 4, 1);
  const taken = Array.from({ length: 5 }, (_, iteration) => [...batch(iteration)]);
  for (const round of [taken.flat().slice(0, 10), taken.flat().slice(10)]) {
    assert.deepEqual(
      round.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  }
  assert.notDeepEqual(taken.flat().slice(0, 10), taken.flat().slice(10));
  assert.deepEqual([...minibatches(10, 4, 1)(3)], taken[3]);
});
