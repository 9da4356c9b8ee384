import { Worker } from "node:worker_threads";
import { checkHead, checkInput, type Engine, type EngineOutput, type Head } from "./engine.ts";
import { ModelError, type ModelErrorCode } from "./model-error.ts";

export interface EngineOptions {
  /** ONNX Runtime is the one that is always there; TensorFlow needs `npm run setup:gpu`. */
  readonly engine: "onnxruntime" | "tensorflow";
  readonly device: "cpu" | "cuda";
  /** Threads that share the work of one run on the CPU (ONNX Runtime; TensorFlow takes all). */
  readonly threads: number;
  /** Path of a backbone from `ensureBackbone`. */
  readonly backbonePath: string;
  readonly head: Head;
}

/** What the host asks of the engine's thread. */
export type EngineRequest =
  | { run: number; input: Float32Array<ArrayBuffer>; n: number; head: Head | undefined }
  | { close: true };
/** What the thread answers; `run` is the number of the request. */
export type EngineReply =
  | { opened: { name: string; version: string; device: string } }
  | { failed: { code: ModelErrorCode; message: string } }
  | ({ run: number } & ({ output: EngineOutput } | { failed: { code: ModelErrorCode; message: string } }));

/**
 * Opens an engine in a thread of its own, so that the caller's event loop goes on while the network runs: both libraries
 * compute in the thread that calls them.
 *
 * @throws {ModelError} ENGINE_UNAVAILABLE, PACKAGE_INVALID (a head of the wrong length)
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  checkHead(options.head);
  const thread = new Worker(new URL("./engine-thread.ts", import.meta.url), { workerData: options });
  const waiting = new Map<number, PromiseWithResolvers<EngineOutput>>();
  const opening = Promise.withResolvers<{ name: string; version: string; device: string }>();
  const ended = Promise.withResolvers<void>();
  let stopped: ModelError | undefined;
  let runs = 0;

  const stop = (error: ModelError) => {
    stopped ??= error;
    opening.reject(stopped);
    for (const run of waiting.values()) run.reject(stopped);
    waiting.clear();
  };
  thread.on("message", (reply: EngineReply) => {
    if ("opened" in reply) opening.resolve(reply.opened);
    else if (!("run" in reply)) stop(new ModelError(reply.failed.code, reply.failed.message));
    else {
      const run = waiting.get(reply.run);
      waiting.delete(reply.run);
      if ("output" in reply) run?.resolve(reply.output);
      else run?.reject(new ModelError(reply.failed.code, reply.failed.message));
    }
  });
  thread.once("error", (cause) =>
    stop(new ModelError("ENGINE_STOPPED", `The engine's thread failed: ${String(cause)}`, { cause })),
  );
  thread.once("exit", () => {
    stop(new ModelError("ENGINE_STOPPED", "The engine is closed"));
    ended.resolve();
  });

  const { name, version, device } = await opening.promise;
  return {
    name,
    version,
    device,
    run(input, n, head) {
      const run = Promise.withResolvers<EngineOutput>();
      try {
        checkInput(input, n);
        if (head) checkHead(head);
        if (stopped !== undefined) throw stopped;
        const owned = ownBuffer(input);
        thread.postMessage({ run: ++runs, input: owned, n, head } satisfies EngineRequest, [owned.buffer]);
        waiting.set(runs, run);
      } catch (error) {
        run.reject(error);
      }
      return run.promise;
    },
    async close() {
      if (stopped === undefined) thread.postMessage({ close: true } satisfies EngineRequest);
      await ended.promise;
    },
  };
}

/** The same values in a buffer that can be moved to another thread: this one where nothing else shares it. */
function ownBuffer(values: Float32Array): Float32Array<ArrayBuffer> {
  const { buffer } = values;
  return buffer instanceof ArrayBuffer && buffer.byteLength === values.byteLength
    ? new Float32Array(buffer)
    : new Float32Array(values);
}
