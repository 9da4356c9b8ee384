/** Runs in a thread of its own, whose end frees the imported shards and the temporaries. */
import { createHash, randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { MakingMessage, MakingTask } from "./backbone.ts";
import { backboneParts } from "./backbone-file.ts";
import { ModelError } from "./model-error.ts";
import { readNsfwjsWeights } from "./nsfwjs-weights.ts";

const tell = (message: MakingMessage) => parentPort?.postMessage(message);

/** Writes beside the final place and renames, so that no reader ever meets half a backbone. */
async function make({ path, sha256, description }: MakingTask): Promise<void> {
  const weights = await readNsfwjsWeights();
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const hash = createHash("sha256");
    const file = await open(temporary, "wx");
    try {
      for (const { bytes, done, of } of backboneParts(weights, description)) {
        hash.update(bytes);
        await file.writeFile(bytes);
        tell({ done, of });
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const made = hash.digest("hex");
    if (made !== sha256) {
      throw new ModelError(
        "BACKBONE_HASH_MISMATCH",
        `The embedded backbone came out as ${made}, not as ${sha256}: the nsfwjs package is another than the one that ` +
          "this version of Redspot was made with. Install the exact versions: npm ci",
      );
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

try {
  await make(workerData as MakingTask);
  tell({ made: true });
} catch (error) {
  const code = error instanceof ModelError ? error.code : "WEIGHTS_UNEXPECTED";
  tell({ error: { code, message: error instanceof Error ? error.message : String(error) } });
}
