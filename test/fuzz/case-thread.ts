import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { corpusFiles } from "./damage.ts";
import { drawByCoverage, drawByGrammar, type NamedInput } from "./draw.ts";
import { ReachedCode } from "./reached-code.ts";
import { type TargetName, targets } from "./targets.ts";
import { beginCase } from "./watch.ts";

export interface Orders {
  target: TargetName;
  by: "grammar" | "coverage";
  seed: number;
  seconds: number;
  cases: number;
  /** The first case by its number; those before are not run. */
  from: number;
  /** A file to run instead of all others. */
  replay?: string;
  watch: SharedArrayBuffer;
}

/** What the thread tells: each finding as it comes, and its figures at the end. */
export type News =
  | { kind: "finding"; message: string; input: Uint8Array; name: string }
  | { kind: "figures"; cases: number; accepted: number; refused: number; memoryGrowth: number };

const CASES_BETWEEN_CHECKS = 500;

/** After so many cases everything is loaded and compiled: memory that grows from here on grows without end. */
const WARM_AFTER = 2000;

const { target: name, by, seed, seconds, cases, from, replay, watch } = workerData as Orders;
const target = targets[name];
const open = await target.open();
const figures = { cases: 0, accepted: 0, refused: 0 };
let warm: number | undefined;

function tell(news: News): void {
  parentPort?.postMessage(news);
}

async function attempt(label: string, input: Uint8Array, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: "finding", message, input, name: label });
  }
}

function inputs(): Iterable<NamedInput> {
  if (replay !== undefined) return [["replay", new Uint8Array(readFileSync(replay))]];
  const corpus = corpusFiles(target.corpus);
  if (by === "grammar" || !target.inProcess) return drawByGrammar(target.inputs, corpus, seed, from);
  return drawByCoverage(target.inputs, corpus, seed, new ReachedCode());
}

const endAt = performance.now() + seconds * 1000;
for (const [label, input] of inputs()) {
  if (figures.cases >= cases || performance.now() > endAt) break;
  beginCase(watch, input);
  figures.cases += 1;
  await attempt(label, input, async () => {
    figures[await open.run(input)] += 1;
    if (figures.cases % CASES_BETWEEN_CHECKS === 0) await open.checkLeftovers();
  });
  if (figures.cases === WARM_AFTER) warm = open.memoryBytes();
}
await attempt("end", new Uint8Array(0), () => open.checkLeftovers());
tell({ kind: "figures", ...figures, memoryGrowth: warm === undefined ? 0 : open.memoryBytes() - warm });
await open.close();
