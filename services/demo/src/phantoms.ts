import { once } from "node:events";
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
  const made: MadeStudy[] = [];
  let ended = false;
  let failure: unknown;
  worker.on("message", (study: MadeStudy) => void made.push(study));
  worker.on("error", (error) => {
    failure = error;
  });
  worker.on("exit", () => {
    ended = true;
  });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const study = made.shift();
        if (study) yield study;
        else if (failure) throw failure;
        else if (ended) return;
        else await Promise.race([once(worker, "message"), once(worker, "exit").catch(() => undefined)]);
      }
    },
    async stop() {
      await worker.terminate();
    },
  };
}
