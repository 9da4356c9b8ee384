// Makes studies beside the main thread, which meanwhile starts things and watches: a radiograph takes a second or so.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { makeStudy, planStudies } from "@redspot/phantom";
import type { MadeStudy, PhantomOrder } from "./phantoms.ts";

const { count, seed, folder } = workerData as PhantomOrder;

// More to exclude than a department sees, so that a short list has every kind.
for (const plan of planStudies({ count, seed, fractureShare: 0.3, exclusionShare: 0.25, oddityShare: 0.1 })) {
  const { studyInstanceUID, instances, truth } = makeStudy(plan);
  const files = instances.map(({ sopInstanceUID, bytes }) => {
    const file = join(folder, `${sopInstanceUID}.dcm`);
    writeFileSync(file, bytes);
    return file;
  });
  parentPort?.postMessage({ studyInstanceUID, truth, files } satisfies MadeStudy);
}
