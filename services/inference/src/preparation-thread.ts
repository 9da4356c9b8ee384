import { workerData } from "node:worker_threads";
import { FileSpool, ReadMemory, SpoolError } from "@redspot/spool";
import { reason } from "@redspot/triage";
import { move, transferableSymbol, valueSymbol } from "piscina";
import type { WatchedOrigins } from "./origin.ts";
import { type Preparation, prepareInstance } from "./prepare-instance.ts";

export interface PreparationTask {
  studyInstanceUID: string;
  sopInstanceUID: string;
}

/** And how long it took the thread. */
export type TimedPreparation = Preparation & { ms: number };

const { spoolDir, origins } = workerData as { spoolDir: string; origins: WatchedOrigins };
const spool = await FileSpool.open(spoolDir);

// A thread prepares one instance at a time, and nothing of it is kept but the model input.
const memory = new ReadMemory(16 * 1024 * 1024);

/** Prepares one instance of the spool, and keeps its preview there. Runs in a thread of the preparation pool. */
export default async function prepare({
  studyInstanceUID,
  sopInstanceUID,
}: PreparationTask): Promise<TimedPreparation> {
  const startedAt = performance.now();
  const ms = () => performance.now() - startedAt;
  const bytes = await spool.read(studyInstanceUID, sopInstanceUID, memory).catch((error: unknown) => {
    if (error instanceof SpoolError && error.code === "NOT_FOUND") return undefined;
    throw error;
  });
  if (bytes === undefined) return { reason: reason("INSTANCE_REMOVED"), ms: ms() };
  const preparation = await prepareInstance(bytes, origins);
  if ("reason" in preparation) return { ...preparation, ms: ms() };
  const { preview, ...kept } = preparation;
  // A picture beside the line of the list: where the disk is full, the study is analysed without.
  await spool.putPreview(studyInstanceUID, sopInstanceUID, preview).catch((error: unknown) => {
    if (!(error instanceof SpoolError)) throw error;
  });
  // The preview stays in the spool: nobody in the calling thread wants it. The pixels are moved there, not copied.
  return move({
    [transferableSymbol]: kept.prepared.input.pixels.buffer,
    [valueSymbol]: { ...kept, ms: ms() },
  }) as never;
}
