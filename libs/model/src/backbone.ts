import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type BackboneDescription, hashFile, readBackboneDescription } from "./backbone-file.ts";
import { ModelError, type ModelErrorCode } from "./model-error.ts";

/** A backbone that is ready: its file has been held to its hash. */
export interface Backbone extends BackboneDescription {
  readonly sha256: string;
  readonly path: string;
}

/**
 * The backbone that every installation can make for itself, from the weights that `nsfwjs` carries: Inception v3 trained
 * on ImageNet, its upper half then fine-tuned on photographs. They take grey values from 0 to 1.
 */
export const EMBEDDED_BACKBONE = {
  sha256: "b9c2d38a25fbfde030de7d985d94e9c4c0f46662516ee775f863d03a7c0ade87",
  name: "inception-v3-nsfwjs-4.4.0",
  source:
    "npm nsfwjs 4.4.0 (MIT), dist/models/inception_v3: Inception v3 trained on ImageNet, convolutions 56 to 94 fine-tuned on photographs, 8 bits a value",
  inputScaling: { min: 0, max: 1 },
} as const;

export interface EnsureBackboneOptions {
  /** Backbones lie in `<cacheDir>/backbones/<sha256>.onnx`. */
  readonly cacheDir: string;
  /** Which backbone, by its hash; the embedded one when left out. */
  readonly sha256?: string;
  /** Called while a backbone is being made (a few seconds, once): so many of so many convolutions done. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Makes a backbone ready: takes it from the cache, or makes the embedded one on first use (87 MB, in a thread of its
 * own). Either way the file's hash is verified, so what is returned is what its hash names.
 *
 * @throws {ModelError} BACKBONE_UNKNOWN, BACKBONE_HASH_MISMATCH, WEIGHTS_UNEXPECTED
 */
export async function ensureBackbone(options: EnsureBackboneOptions): Promise<Backbone> {
  const { cacheDir, sha256 = EMBEDDED_BACKBONE.sha256, onProgress } = options;
  const folder = join(cacheDir, "backbones");
  const path = join(folder, `${sha256}.onnx`);
  const embedded = sha256 === EMBEDDED_BACKBONE.sha256;

  const found = await stat(path).then(
    () => hashFile(path),
    () => undefined,
  );
  if (found !== sha256) {
    if (!embedded) throw refuse(path, sha256, found);
    await mkdir(folder, { recursive: true });
    await makeEmbeddedBackbone(path, onProgress);
  }
  const description = await readBackboneDescription(path);
  if (description === undefined) {
    throw new ModelError(
      "BACKBONE_UNKNOWN",
      `${path} is not a backbone that Redspot wrote: it does not say what it is`,
    );
  }
  return { sha256, path, ...description };
}

function refuse(path: string, sha256: string, found: string | undefined): ModelError {
  return found === undefined
    ? new ModelError(
        "BACKBONE_UNKNOWN",
        `No backbone ${sha256} in the cache (${path}), and it is not the embedded one (${EMBEDDED_BACKBONE.sha256}), ` +
          "which could be made here. Import its weights, or use a model package made for the embedded backbone.",
      )
    : new ModelError(
        "BACKBONE_HASH_MISMATCH",
        `${path} has SHA-256 ${found}, not the one in its name. It is damaged: delete it and import its weights again.`,
      );
}

/** What the thread that makes the backbone tells. */
export type MakingMessage =
  | { done: number; of: number }
  | { made: true }
  | { error: { code: ModelErrorCode; message: string } };
/** What it is given. */
export interface MakingTask {
  path: string;
  sha256: string;
  description: BackboneDescription;
}

function makeEmbeddedBackbone(path: string, onProgress: EnsureBackboneOptions["onProgress"]): Promise<void> {
  const { sha256, ...description } = EMBEDDED_BACKBONE;
  const workerData: MakingTask = { path, sha256, description };
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./make-backbone-thread.ts", import.meta.url), { workerData });
    thread.on("message", (message: MakingMessage) => {
      if ("done" in message) onProgress?.(message.done, message.of);
      else if ("made" in message) resolve();
      else reject(new ModelError(message.error.code, message.error.message));
    });
    thread.once("error", reject);
    thread.once("exit", () =>
      reject(new ModelError("BACKBONE_UNKNOWN", "The thread that makes the backbone ended early")),
    );
  });
}
