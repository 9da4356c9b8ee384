import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ensureBackbone, FEATURE_COUNT, INPUT_LENGTH, INPUT_SIZE, openEngine } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { progressOn } from "@redspot/runtime";
import { backboneCache, startProgram, workFolder } from "@redspot/testbed";
import { Command } from "commander";
import { positive } from "./positive.ts";
import { peakMegabytes } from "./process.ts";
import { median, rounded } from "./spread.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const options = new Command("bench:training")
  .description(
    "The retraining kit as it is run: images a second through `redspot-train features` (input from the disk, eight " +
      "augmented images, network, features to the disk), beside the bare network on ready input at the same batch size " +
      "and threads, in turns; and `redspot-train train` at the paper's size. The last line is one JSON object: ratio = kit " +
      "over bare network, head_seconds = the whole of the train command, rss_mb_max = the most memory that either had.",
  )
  .option("--rounds <n>", "how often each of the two has its turn", positive, 4)
  .option("--cases <n>", "cases in a turn, of eight images each", positive, 10)
  .option("--threads <n>", "engine threads of both", positive, availableParallelism())
  .option("--preparation-threads <n>", "threads of the kit that read and augment", positive, 1)
  .option("--full", "then features of all 11,112 images too, for its memory: a quarter of an hour on two cores", false)
  .parse()
  .opts<{ rounds: number; cases: number; threads: number; preparationThreads: number; full: boolean }>();

/** Images of one case: a batch of the kit. */
const BATCH = 8;
/** Cases after which all stages of the kit are busy. */
const LEAD = 2;

/** The paper's size: 1,389 radiographs, eight images of each. */
const PAPER_CASES = 1389;

const folder = workFolder("bench-training");
const progress = progressOn(process.stderr);
let rssMax = 0;

// The bare network.
const backbone = await ensureBackbone({ cacheDir: backboneCache });
const engine = await openEngine({
  engine: "onnxruntime",
  device: "cpu",
  threads: options.threads,
  backbonePath: backbone.path,
  head: { weights: new Float32Array(FEATURE_COUNT), bias: 0 },
});

async function bareTurn(): Promise<number> {
  const inputs = Array.from({ length: options.cases }, () =>
    Float32Array.from({ length: BATCH * INPUT_LENGTH }, (_, at) => (at % 251) / 251),
  );
  const start = performance.now();
  for (const input of inputs) await engine.run(input, BATCH);
  return (options.cases * BATCH) / ((performance.now() - start) / 1000);
}

/** A work folder as collect and split leave it, all cases in the training part; gives the cases' ids. */
async function makeWorkFolder(work: string, cases: number): Promise<string[]> {
  await mkdir(join(work, "inputs"), { recursive: true });
  const made = [];
  for (let n = 0; n < cases; n++) {
    const pixels = Float32Array.from({ length: INPUT_SIZE ** 2 }, (_, at) => ((at * (n + 7)) % 997) / 997);
    const patient = String(n).padStart(32, "0");
    const bytes = new Uint8Array(pixels.buffer);
    const id = createHash("sha256").update(bytes).update(patient).digest("hex").slice(0, 32);
    await writeFile(join(work, "inputs", `${id}.f32`), bytes);
    made.push({
      ...{ id, patient, label: n % 2 === 0 ? "fracture" : "no fracture", view: "lateral", side: null, ageBand: null },
      ...{ sex: null, manufacturer: null, subtype: null, order: n, rows: 299, columns: 299, annotationPixels: 0 },
      ...{ window: "linear", row: n + 1 },
    });
  }
  const write = (file: string, content: object) => writeFile(join(work, file), JSON.stringify(content));
  await write("cases.json", {
    ...{ format: "redspot-cases/1", preprocessingVersion: PREPROCESSING_VERSION, source: "patterns for a benchmark" },
    ...{ cases: made, excluded: [] },
  });
  await write("split.json", {
    ...{ format: "redspot-split/1", seed: 1, ratios: { training: 0.8, validation: 0.1, testing: 0.1 } },
    ...{ asPublished: false, leftOut: [], findings: [], finalUses: [] },
    parts: { training: made.map(({ id }) => id), validation: [], testing: [], final: [] },
  });
  return made.map(({ id }) => id);
}

/** Features of the paper's size beside the cases, as features leaves them: noise, of which a little tells the label. */
async function makeFeatures(work: string, ids: readonly string[]): Promise<void> {
  await mkdir(join(work, "features"), { recursive: true });
  const plain = { flip: false, rotation: 0, shiftX: 0, shiftY: 0, shear: 0, zoom: 1 };
  const rows = ids.flatMap((id) =>
    Array.from({ length: BATCH }, (_, augmentation) => ({ id, augmentation, ...plain })),
  );
  const values = new Float32Array(rows.length * FEATURE_COUNT);
  let state = 1;
  for (let at = 0; at < values.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const fractured = Math.floor(at / FEATURE_COUNT / BATCH) % 2 === 0;
    values[at] = state / 2 ** 32 + (fractured && at % FEATURE_COUNT < 64 ? 0.2 : 0);
  }
  await writeFile(join(work, "features/features.f32"), new Uint8Array(values.buffer));
  const description = {
    ...{ format: "redspot-features/1", preprocessingVersion: PREPROCESSING_VERSION, seed: 1, rows },
    backbone: { name: backbone.name, sha256: backbone.sha256 },
    engine: { name: engine.name, version: engine.version, device: engine.device },
  };
  await writeFile(join(work, "features/rows.json"), JSON.stringify(description));
}

/** Runs a step of the kit to its end, and keeps the most memory that it had. */
async function runKit(step: string, args: readonly string[]): Promise<void> {
  const program = await startProgram({
    name: `redspot-train ${step}`,
    command: process.execPath,
    args: [join(repository, "services/training/src/main.ts"), step, ...args],
    logFile: join(folder.path, `${step}.log`),
  });
  while (program.exit === undefined) {
    // NaN where it has just ended.
    rssMax = Math.max(rssMax, Math.round(peakMegabytes(program.pid)) || 0);
    await Promise.race([program.ended, pause(100)]);
  }
  if (program.exit.code !== 0) throw program.endedError();
}

let turns = 0;

/** Images a second from the moment that the first cases are through, when all stages are busy, to the last. */
async function kitTurn(): Promise<number> {
  const work = join(folder.path, `turn-${++turns}`);
  await makeWorkFolder(work, options.cases + LEAD);
  const threads = ["--engine-threads", `${options.threads}`, "--threads", `${options.preparationThreads}`];
  await runKit("features", ["--work", work, "--cache", backboneCache, ...threads]);
  const cached = join(work, "features/cache");
  const files = await readdir(cached);
  const times = await Promise.all(files.map(async (file) => (await stat(join(cached, file))).mtimeMs));
  times.sort((a, b) => a - b);
  await rm(work, { recursive: true });
  return (options.cases * BATCH) / ((times.at(-1)! - times[LEAD - 1]!) / 1000);
}

/** Seconds that the train command takes, from its start to its end. */
async function headSeconds(work: string): Promise<number> {
  await makeFeatures(work, await makeWorkFolder(work, PAPER_CASES));
  const start = performance.now();
  await runKit("train", ["--work", work]);
  return (performance.now() - start) / 1000;
}

try {
  // A turn that does not count, in which the network's memory is laid out and code is compiled.
  await bareTurn();
  const bare: number[] = [];
  const kit: number[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    bare.push(await bareTurn());
    kit.push(await kitTurn());
    progress.show("Rounds", round, options.rounds);
    console.log(
      `round ${round}: bare network ${bare.at(-1)?.toFixed(2)}, kit ${kit.at(-1)?.toFixed(2)} images a second`,
    );
  }
  progress.end();
  await engine.close();
  const paper = join(folder.path, "paper");
  const seconds = await headSeconds(paper);
  console.log(`head of ${PAPER_CASES * BATCH} images: ${seconds.toFixed(1)} s; most memory so far ${rssMax} MB`);
  if (options.full) await runKit("features", ["--work", paper, "--cache", backboneCache]);
  // Each turn of the kit is held against the turn of the network beside it: the machine's mood cancels out.
  const ratios = kit.map((rate, index) => rate / bare[index]!);
  console.log(
    JSON.stringify({
      ratio: rounded(median(ratios)),
      kit_images_per_s: rounded(median(kit)),
      bare_images_per_s: rounded(median(bare)),
      batch: BATCH,
      threads: options.threads,
      head_seconds: rounded(seconds),
      images_for_memory: options.full ? PAPER_CASES * BATCH : (options.cases + LEAD) * BATCH,
      rss_mb_max: rssMax,
    }),
  );
} finally {
  await engine.close();
  folder.remove();
}
