import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { Piscina } from "piscina";
import { perceptualHash } from "../split/perceptual-hash.ts";
import { type ThreadFailure, thrown } from "../thread-failure.ts";
import { type CasesFile, type Excluded, FILES, onDisk, readInput, writeWorkFile } from "../work-folder.ts";
import { assemble, type Candidate } from "./assemble.ts";
import { excluded } from "./exclusion.ts";
import { Journal } from "./journal.ts";
import { keyedHash, openPatientKey } from "./patient-key.ts";
import type { Preparation, PreparationData, PreparationTask } from "./prepare-image.ts";
import type { Offer, SourceImage } from "./source.ts";
import { readStruck } from "./struck.ts";

export interface CollectOptions {
  readonly work: string;
  /** Threads that prepare images. */
  readonly threads: number;
  /** Images that are fetched and prepared at a time. */
  readonly parallel: number;
  readonly onProgress?: (done: number, of: number, fresh: number) => void;
}

/**
 * Prepares the images of an offer as serving would and writes `cases.json`. What is prepared stays prepared: stopped and
 * run again, only the rest is fetched.
 *
 * @throws {TrainingError} DISK_FULL, STRUCK_INVALID, PACS_UNREACHABLE, PACS_REFUSED
 */
export async function collectCases(offer: Offer, options: CollectOptions): Promise<CasesFile> {
  const { work } = options;
  await onDisk(() => mkdir(join(work, FILES.inputs), { recursive: true }));
  await onDisk(() => mkdir(join(work, FILES.thumbnails), { recursive: true }));
  const struck = await readStruck(work);
  const { candidates, left } = await prepareAll(offer.images, options);
  const assembled = await assemble(candidates, {
    struck,
    hashOf: async (id) => perceptualHash(await readInput(work, id)),
  });
  const made: CasesFile = {
    format: "redspot-cases/1",
    preprocessingVersion: PREPROCESSING_VERSION,
    source: offer.source,
    cases: assembled.cases,
    excluded: [...offer.excluded, ...left, ...assembled.excluded].sort((a, b) => a.row - b.row),
  };
  await writeWorkFile(work, FILES.cases, made);
  return made;
}

async function prepareAll(
  images: readonly SourceImage[],
  { work, threads, parallel, onProgress }: CollectOptions,
): Promise<{ candidates: Candidate[]; left: Excluded[] }> {
  const key = await openPatientKey(work);
  const journal = await Journal.open(work);
  const workerData: PreparationData = { work, key };
  const pool = new Piscina<PreparationTask, Preparation | ThreadFailure>({
    filename: new URL("./prepare-image.ts", import.meta.url).href,
    workerData,
    minThreads: 1,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
  });
  const outcomes = new Map<SourceImage, Preparation>();
  let fresh = 0;

  const prepare = async (image: SourceImage): Promise<Preparation> => {
    const { identity, facts } = image;
    const entry = keyedHash(key, "image", PREPROCESSING_VERSION, identity, facts.patient ?? "");
    const known = await journal.get(entry);
    if (known) return known;
    const bytes = await image.read();
    if (bytes === undefined) return { reason: "NOT_FOUND" };
    const preparation = thrown(await pool.run({ bytes, identity, patient: facts.patient }));
    await journal.put(entry, preparation);
    fresh++;
    return preparation;
  };

  try {
    const waiting = images.values();
    let failed = false;
    const lane = async () => {
      for (const image of waiting) {
        if (failed) return;
        const preparation = await prepare(image).catch((error) => {
          failed = true;
          throw error;
        });
        outcomes.set(image, preparation);
        onProgress?.(outcomes.size, images.length, fresh);
      }
    };
    await Promise.all(Array.from({ length: parallel }, lane));
  } finally {
    await pool.destroy();
    await journal.close();
  }

  const candidates: Candidate[] = [];
  const left: Excluded[] = [];
  for (const image of images) {
    const outcome = outcomes.get(image)!;
    if ("prepared" in outcome) candidates.push({ image, prepared: outcome.prepared });
    else left.push(excluded(image.facts.row, outcome.reason));
  }
  return { candidates, left };
}
