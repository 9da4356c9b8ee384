/** The thread in which an engine computes; `openEngine` is at the other end. */
import { parentPort, workerData } from "node:worker_threads";
import type { Engine } from "./engine.ts";
import { ModelError } from "./model-error.ts";
import type { EngineOptions, EngineReply, EngineRequest } from "./open-engine.ts";

const port = parentPort!;
const tell = (reply: EngineReply, moved: ArrayBuffer[] = []) => port.postMessage(reply, moved);

/** Each engine's library is loaded only where it is chosen. */
async function open(options: EngineOptions): Promise<Engine> {
  if (options.engine === "onnxruntime") return (await import("./onnx-engine.ts")).createOnnxEngine(options);
  const [{ loadTensorflow }, { createTensorflowEngine }] = await Promise.all([
    import("./tensorflow-binding.ts"),
    import("./tensorflow-engine.ts"),
  ]);
  return createTensorflowEngine({ ...options, ...(await loadTensorflow(options.device)) });
}

function describe(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof ModelError ? { code: error.code, message } : { code: "ENGINE_FAILED" as const, message };
}

/** A copy in a buffer of its own, which can be moved. */
const own = (values: Float32Array) => new Float32Array(values);

function serve(engine: Engine): void {
  let last: Promise<void> = Promise.resolve();
  const answer = async ({ run, input, n, head }: Extract<EngineRequest, { run: number }>) => {
    try {
      const results = await engine.run(input, n, head);
      const output = {
        features: own(results.features),
        logits: own(results.logits),
        activationMaps: own(results.activationMaps),
        spent: input,
      };
      const { features, logits, activationMaps, spent } = output;
      tell({ run, output }, [features.buffer, logits.buffer, activationMaps.buffer, spent.buffer]);
    } catch (error) {
      tell({ run, failed: describe(error) });
    }
  };
  port.on("message", (request: EngineRequest) => {
    last = last.then(async () => {
      if ("run" in request) return answer(request);
      await engine.close();
      port.close();
    });
  });
}

try {
  const engine = await open(workerData as EngineOptions);
  serve(engine);
  tell({ opened: { name: engine.name, version: engine.version, device: engine.device } });
} catch (error) {
  tell({ failed: describe(error) });
}
