import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { FEATURE_COUNT, INPUT_SIZE } from "./architecture.ts";
import { checkHead, checkInput, type Engine, type Head } from "./engine.ts";
import { ModelError } from "./model-error.ts";
import { GRAPH } from "./onnx-graph.ts";

export interface OnnxEngineOptions {
  readonly backbonePath: string;
  readonly head: Head;
  readonly device: "cpu" | "cuda";
  /** Threads that share the work of one run, on the CPU. */
  readonly threads: number;
}

/**
 * Inception v3 on ONNX Runtime. Its Node binding computes in the thread that calls, which answers nothing else
 * meanwhile: use `openEngine` where an event loop has to go on.
 *
 * @throws {ModelError} ENGINE_UNAVAILABLE
 */
export async function createOnnxEngine(options: OnnxEngineOptions): Promise<Engine> {
  const { device, head } = options;
  checkHead(head);
  const session = await InferenceSession.create(options.backbonePath, {
    executionProviders: [device],
    graphOptimizationLevel: "all",
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    // A plan of memory for each batch size seen would be kept: 50 to 90 MB more at batches of up to 8, and no faster.
    enableMemPattern: false,
    // A thread that waits for the others of a run lets those that prepare the next images work: a sixth more images a second
    // where all share two cores, and no fewer on the bare network.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  }).catch((cause: Error) => {
    const wayOut =
      device === "cuda"
        ? "npm run setup:gpu installs its CUDA libraries; the device cpu needs nothing more."
        : "Check the path of the backbone, and that the packages are whole: npm ci.";
    throw new ModelError(
      "ENGINE_UNAVAILABLE",
      `ONNX Runtime does not start on ${device}: ${cause.message}. ${wayOut}`,
      { cause },
    );
  });
  const { image, headWeights, headBias } = GRAPH.inputs;
  const feedsOf = ({ weights, bias }: Head) => ({
    [headWeights]: new Tensor("float32", weights, [1, FEATURE_COUNT]),
    [headBias]: new Tensor("float32", Float32Array.of(bias), [1]),
  });
  const ownFeeds = feedsOf(head);
  return {
    name: "onnxruntime",
    version: env.versions.node ?? "unknown",
    device,
    async run(input, n, other) {
      checkInput(input, n);
      if (other) checkHead(other);
      const imageTensor = new Tensor("float32", input, [n, 3, INPUT_SIZE, INPUT_SIZE]);
      const results = await session.run({ ...(other ? feedsOf(other) : ownFeeds), [image]: imageTensor });
      const take = (name: string) => results[name]?.data as Float32Array;
      const { features, logits, activationMaps } = GRAPH.outputs;
      return { features: take(features), logits: take(logits), activationMaps: take(activationMaps) };
    },
    close: () => session.release(),
  };
}
