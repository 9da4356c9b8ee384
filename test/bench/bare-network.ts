import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePackageBackbone, INPUT_LENGTH, loadModelPackage, openEngine } from "@redspot/model";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Where the benchmarks keep the backbone from run to run. */
export const cacheDir: string = join(repository, ".cache");

/** The network alone, on input that is ready: what everything around it is measured by. */
export interface BareNetwork {
  /** Images a second over so many images. */
  turn(images: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens the demonstration package's network as one engine, as anybody would run it who had nothing else to do. */
export async function openBareNetwork({ threads, batch }: { threads: number; batch: number }): Promise<BareNetwork> {
  const modelPackage = await loadModelPackage(join(repository, "services/inference/models/demo"));
  const backbone = await ensurePackageBackbone(modelPackage.manifest, { cacheDir });
  const engine = await openEngine({
    engine: "onnxruntime",
    device: "cpu",
    threads,
    backbonePath: backbone.path,
    head: modelPackage.head,
  });
  return {
    async turn(images) {
      const batches = Math.ceil(images / batch);
      const inputs = Array.from({ length: batches }, () =>
        Float32Array.from({ length: batch * INPUT_LENGTH }, (_, at) => (at % 251) / 251),
      );
      const start = performance.now();
      for (const input of inputs) await engine.run(input, batch);
      return (batches * batch) / ((performance.now() - start) / 1000);
    },
    close: () => engine.close(),
  };
}
