import util from "node:util";
import { ModelError } from "./model-error.ts";
import type { Tensorflow } from "./tensorflow-engine.ts";

/** The npm packages that bind TensorFlow.js to native TensorFlow: optional, half a gigabyte, installed by hand. */
const BINDINGS = { cpu: "@tensorflow/tfjs-node", cuda: "@tensorflow/tfjs-node-gpu" } as const;

/**
 * Loads TensorFlow.js with its native backend.
 *
 * @throws {ModelError} ENGINE_UNAVAILABLE, saying how to install it
 */
export async function loadTensorflow(device: keyof typeof BINDINGS): Promise<{ tf: Tensorflow; device: string }> {
  const binding: string = BINDINGS[device];
  mendNodeUtil();
  try {
    const loaded = await import(binding);
    const tf = (loaded.default ?? loaded) as Tensorflow;
    await tf.ready();
    return { tf, device };
  } catch (cause) {
    throw new ModelError(
      "ENGINE_UNAVAILABLE",
      `The TensorFlow engine on ${device} needs ${binding}, which does not load here (${(cause as Error).message.split("\n")[0]}). ` +
        "Install it with npm run setup:gpu, or choose the engine onnxruntime, which needs nothing more.",
      { cause },
    );
  }
}

/** tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 took away. */
function mendNodeUtil(): void {
  const mended = util as { isNullOrUndefined?: (value: unknown) => boolean };
  mended.isNullOrUndefined ??= (value) => value === undefined || value === null;
}
