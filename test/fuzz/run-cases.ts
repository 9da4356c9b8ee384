import { Worker } from "node:worker_threads";
import type { News, Orders } from "./case-thread.ts";
import { caseUnderWay, watchMemory } from "./watch.ts";

/** What came of a run on one target. */
export interface Outcome {
  cases: number;
  accepted: number;
  refused: number;
  crashes: number;
  hangs: number;
  memoryGrowth: number;
}

export interface FoundInput {
  kind: "crash" | "hang";
  /** Where it comes from, such as seed-1-case-2. */
  name: string;
  message: string;
  input: Uint8Array;
}

/** Cases take milliseconds. One that takes so long will not end, however busy the machine. */
const HANG_SECONDS = 60;
const LOOK_EVERY_MS = 1000;

export interface RunOptions extends Omit<Orders, "watch"> {
  onFound: (found: FoundInput) => void;
  onProgress: (cases: number) => void;
}

/**
 * Runs the cases of a target in a thread, which is watched: a case that does not end, or that ends the thread, is found
 * too, with its input.
 */
export async function runCases({ onFound, onProgress, ...orders }: RunOptions): Promise<Outcome> {
  const watch = watchMemory();
  const outcome: Outcome = { cases: 0, accepted: 0, refused: 0, crashes: 0, hangs: 0, memoryGrowth: 0 };
  const found = (kind: FoundInput["kind"], name: string, message: string, input: Uint8Array) => {
    outcome[kind === "hang" ? "hangs" : "crashes"] += 1;
    onFound({ kind, name, message, input });
  };
  const thread = new Worker(new URL("./case-thread.ts", import.meta.url), { workerData: { ...orders, watch } });
  thread.on("message", (news: News) => {
    if (news.kind === "finding") return found("crash", news.name, news.message, news.input);
    const { kind: _, ...figures } = news;
    Object.assign(outcome, figures);
  });
  await new Promise<void>((resolve) => {
    let [seen, since] = [0, performance.now()];
    const timer = setInterval(() => {
      const { count, input } = caseUnderWay(watch);
      if (count !== seen) [seen, since] = [count, performance.now()];
      onProgress(count);
      if (count === 0 || performance.now() - since < HANG_SECONDS * 1000) return;
      found("hang", `case-${count}`, `no end within ${HANG_SECONDS} s`, input);
      void thread.terminate();
    }, LOOK_EVERY_MS);
    thread.on("error", (error) => {
      const { count, input } = caseUnderWay(watch);
      found("crash", `case-${count}`, `the thread ended: ${error instanceof Error ? error.stack : error}`, input);
    });
    thread.on("exit", () => {
      clearInterval(timer);
      resolve();
    });
  });
  outcome.cases = Math.max(outcome.cases, caseUnderWay(watch).count);
  return outcome;
}
