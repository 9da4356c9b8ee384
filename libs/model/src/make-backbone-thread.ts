/** Runs in a thread of its own, whose end frees the imported shards and the temporaries. */
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { MakingMessage, MakingTask } from "./backbone.ts";
import { writeBackbone } from "./import-backbone.ts";
import { ModelError } from "./model-error.ts";
import { readNsfwjsWeights } from "./nsfwjs-weights.ts";

const tell = (message: MakingMessage) => parentPort?.postMessage(message);

async function make({ path, sha256, description }: MakingTask): Promise<void> {
  const place = (made: string) => {
    if (made === sha256) return path;
    throw new ModelError(
      "BACKBONE_HASH_MISMATCH",
      `The embedded backbone came out as ${made}, not as ${sha256}: the nsfwjs package is another than the one that ` +
        "this version of Redspot was made with. Install the exact versions: npm ci",
    );
  };
  const weights = await readNsfwjsWeights();
  await writeBackbone(weights, description, place, dirname(path), (done, of) => tell({ done, of }));
}

try {
  await make(workerData as MakingTask);
  tell({ made: true });
} catch (error) {
  const code = error instanceof ModelError ? error.code : "WEIGHTS_UNEXPECTED";
  tell({ error: { code, message: error instanceof Error ? error.message : String(error) } });
}
