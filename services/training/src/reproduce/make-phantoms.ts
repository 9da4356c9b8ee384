import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Piscina } from "piscina";
import type { PlannedPhantom } from "./plan-phantoms.ts";
import { type PhantomRow, type PhantomTask, phantomPath } from "./write-phantom.ts";

export interface PhantomFolder {
  /** Folder of DICOM files. */
  readonly dicom: string;
  /** The label file, as a department would write it. */
  readonly labels: string;
}

/** Writes phantoms as DICOM files, and their label file; run again, it makes what is missing. */
export async function makePhantoms(
  plan: readonly PlannedPhantom[],
  { folder, threads, onProgress }: { folder: string; threads: number; onProgress?: (done: number, of: number) => void },
): Promise<PhantomFolder> {
  await mkdir(folder, { recursive: true });
  const pool = new Piscina<PhantomTask, PhantomRow>({
    filename: new URL("./write-phantom.ts", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
  });
  let done = 0;
  try {
    const lines = await Promise.all(
      plan.map(async (planned) => {
        const { label, subtype, plaster } = await pool.run({ folder, planned });
        onProgress?.(++done, plan.length);
        return `${basename(phantomPath(folder, planned))},${label},"${subtype}",${plaster}`;
      }),
    );
    const labels = join(folder, "labels.csv");
    await writeFile(labels, `file,label,subtype,plaster\n${lines.join("\n")}\n`);
    return { dicom: join(folder, "dicom"), labels };
  } finally {
    await pool.destroy();
  }
}
