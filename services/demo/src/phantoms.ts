import { on } from "node:events";
import { mkdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { StudyTruth } from "@redspot/phantom";

export interface PhantomOrder {
  readonly count: number;
  readonly seed: number;
  /** Where the files go. */
  readonly folder: string;
}

export interface MadeStudy {
  readonly studyInstanceUID: string;
  readonly truth: StudyTruth;
  /** Its instances as DICOM files. */
  readonly files: readonly string[];
}

/** Studies in the making: each as soon as it is there. */
export interface Phantoms extends AsyncIterable<MadeStudy> {
  stop(): Promise<void>;
}

/** Starts to make studies, in a thread of its own. */
export function startPhantoms(order: PhantomOrder): Phantoms {
  mkdirSync(order.folder, { recursive: true });
  const worker = new Worker(new URL("phantom-thread.ts", import.meta.url), { workerData: order });
  // Listening begins now, so that nothing made before the first is asked for gets lost; an error of the thread is thrown.
  const messages = on(worker, "message", { close: ["exit"] });
  return {
    async *[Symbol.asyncIterator]() {
      for await (const [study] of messages) yield study as MadeStudy;
    },
    async stop() {
      await worker.terminate();
    },
  };
}
