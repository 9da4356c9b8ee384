import { availableParallelism } from "node:os";
import { progressOn } from "@redspot/runtime";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type HeadOptions, PAPER_OPTIONS } from "../train/head-options.ts";
import { type Changes, type Dimension, drawTrials, gridOf, parseDimension, TUNABLES } from "../train/search-space.ts";
import { train } from "../train/train.ts";
import { HEAD_FILE, type SearchResult, type Training } from "../train/training-file.ts";
import { TrainingError } from "../training-error.ts";
import { DEFAULT_WORK, oneOf, real, whole } from "./options.ts";

interface TrainCommandOptions {
  work: string;
  head: "logistic" | "softmax";
  learningRate: number;
  decay: number;
  decayEvery: number;
  iterations: number;
  batch: number;
  dropout: number;
  l2: number;
  classWeights: "none" | "balanced" | HeadOptions["classWeights"];
  earlyStopping?: number;
  standardise: boolean;
  seed: number;
  search?: "grid" | "random";
  try: Dimension[];
  trials: number;
  folds: number;
  threads: number;
}

async function run(given: TrainCommandOptions): Promise<void> {
  const { work, seed, folds, threads } = given;
  const options: Omit<HeadOptions, "classWeights"> = {
    kind: given.head,
    schedule: {
      initialLearningRate: given.learningRate,
      decay: given.decay,
      decayEvery: given.decayEvery,
      iterations: given.iterations,
      minibatch: given.batch,
    },
    dropout: given.dropout,
    l2: given.l2,
    standardise: given.standardise,
    earlyStopping: given.earlyStopping ?? null,
  };
  const progress = progressOn(process.stderr);
  const names = { search: "Trying options, by fold", training: "Training the head" };
  try {
    const trained = await train(work, {
      options,
      classWeights: given.classWeights,
      seed,
      search: given.search && { kind: given.search, trials: trialsOf(given), folds, threads },
      onProgress: (stage, done, of) => progress.show(names[stage], done, of),
    });
    progress.end();
    process.stdout.write(describe(trained));
  } finally {
    progress.end();
  }
}

function trialsOf({ search, try: dimensions, trials, seed }: TrainCommandOptions): Changes[] {
  if (dimensions.length > 0) return search === "grid" ? gridOf(dimensions) : drawTrials(dimensions, trials, seed);
  throw new TrainingError("OPTIONS_INVALID", "--search needs to be told what to try: --try l2=0,0.001 for example.");
}

function describe({ cases, options, iterations, kept, curve, search, headSha256 }: Training): string {
  const last = curve.slice(-40);
  const mean = (of: (point: Training["curve"][number]) => number) =>
    (last.reduce((sum, point) => sum + of(point), 0) / last.length).toFixed(3);
  const watched =
    cases.validation === null
      ? "  validation  none: the part is empty\n"
      : `  validation  accuracy ${mean((p) => p.validation!.accuracy)}, cross-entropy ${mean((p) => p.validation!.crossEntropy)}\n`;
  return (
    (search ? `${tableOf(search)}\n` : "") +
    `${options.kind} head, ${iterations} iterations on ${cases.training.images} images (${cases.training.fractures} of a fracture)` +
    `${kept === iterations ? "" : `; kept is that of iteration ${kept}, the best on the validation part`}.\n` +
    "Means of the last 40 measurements:\n" +
    `  training    accuracy ${mean((p) => p.training.accuracy)}, cross-entropy ${mean((p) => p.training.crossEntropy)}\n` +
    watched +
    `${HEAD_FILE}: SHA-256 ${headSha256}\n`
  );
}

/** All trials, the best first. */
function tableOf({ kind, folds, trials, chosen }: SearchResult): string {
  const names = Object.keys(trials[0]?.changes ?? {});
  const figure = (value: number | null) => (value === null ? "diverged" : value.toFixed(4));
  const rows = trials
    .map((trial, place) => ({ ...trial, place }))
    .sort((a, b) => (a.crossEntropy ?? Infinity) - (b.crossEntropy ?? Infinity))
    .map(({ changes, place, ...of }) => [
      place === chosen ? "*" : "",
      ...names.map((name) => `${changes[name]}`),
      of.crossEntropy === null ? "diverged" : `${figure(of.crossEntropy)} ± ${figure(of.standardError)}`,
      figure(of.accuracy),
      figure(of.auc),
    ]);
  const table = [["", ...names, "cross-entropy", "accuracy", "area"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  return `${kind === "grid" ? "Grid" : "Random"} search, ${folds} folds by patient, * is chosen:\n${lines.join("\n")}\n`;
}

function classWeights(text: string): TrainCommandOptions["classWeights"] {
  if (text === "none" || text === "balanced") return text;
  const [fracture, noFracture] = text.split(":").map(Number);
  if (!(fracture! > 0 && noFracture! > 0)) throw new InvalidArgumentError('"none", "balanced", or such as 2:1.');
  return { fracture: fracture!, noFracture: noFracture! };
}

function dimension(text: string, before: Dimension[]): Dimension[] {
  try {
    return [...before, parseDimension(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

export function addTrain(program: Command): void {
  const { schedule } = PAPER_OPTIONS;
  program
    .command("train")
    .description(
      "Trains the head: stochastic gradient descent on the cross-entropy by TensorFlow.js, by the paper's schedule. The same " +
        "seed gives the same head, bit for bit. Stopped and run again, it goes on where it was.",
    )
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option("--head <logistic|softmax>", "one output or two", oneOf("logistic", "softmax"), "logistic")
    .option("--learning-rate <rate>", "at the start", real(0), schedule.initialLearningRate)
    .option("--decay <factor>", "what the learning rate is multiplied by", real(0, 1), schedule.decay)
    .option("--decay-every <iterations>", "how often it is", whole(1), schedule.decayEvery)
    .option("--iterations <count>", "steps of the descent", whole(1), schedule.iterations)
    .option("--batch <count>", "images a step (the paper does not say)", whole(1), schedule.minibatch)
    .option("--dropout <share>", "the chance with which a feature is left out of a step", real(0, 0.95), 0)
    .option("--l2 <strength>", "penalty on the squared weights", real(0), 0)
    .option("--class-weights <weights>", "none, balanced, or fracture:no fracture such as 2:1", classWeights, "none")
    .option("--early-stopping <iterations>", "stop when the validation part has not got better for so long", whole(10))
    .option("--no-standardise", "train on the features as they are, not brought to mean 0 and a common length")
    .option("--seed <number>", "seed of the order of the images, of dropout, folds and trials", whole(0), 1)
    .option("--search <grid|random>", "try options by cross-validation first", oneOf("grid", "random"))
    .addOption(
      new Option(
        "--try <option=values>",
        `what the search tries, such as l2=0,0.001 or, for a random one, learning-rate=0.002..0.2: ${TUNABLES.join(", ")}`,
      )
        .argParser(dimension)
        .default([], "nothing"),
    )
    .option("--trials <count>", "how many a random search draws", whole(1), 20)
    .option("--folds <count>", "folds of the cross-validation", whole(2), 5)
    .option("--threads <count>", "folds that are trained at once", whole(1), availableParallelism())
    .action(run);
}
