import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { z } from "zod";
import { inceptionV3 } from "./architecture.ts";
import { foldConvolution, type KerasWeights } from "./keras-weights.ts";
import { floatTensor, graphInputs, graphOutputs, headNodes, headShapes, layerNodes } from "./onnx-graph.ts";
import { decodeLeadingMetadata, encodeModel } from "./onnx-messages.ts";

/** The range that grey values are brought into before the network: black becomes `min`, white becomes `max`. */
export const inputScaling = z.strictObject({ min: z.number(), max: z.number() });
export type InputScaling = z.infer<typeof inputScaling>;

/** What a backbone is, written into its ONNX metadata, so that its hash covers it. */
export interface BackboneDescription {
  readonly name: string;
  /** Where the weights come from and under which licence. */
  readonly source: string;
  readonly inputScaling: InputScaling;
}

/**
 * The parts of a backbone's ONNX file (opset 13), small first: what it is, its graph, then a layer's weights at a time.
 * The same description and weights give the same bytes.
 */
export function* backboneParts(
  weights: KerasWeights,
  description: BackboneDescription,
): Generator<{ bytes: Uint8Array; done: number; of: number }> {
  const layers = inceptionV3();
  const convolutions = layers.filter((layer) => layer.kind === "convolution");
  const of = convolutions.length;
  const { name, source } = description;
  const metadata = { name, source, inputScaling: JSON.stringify(description.inputScaling) };
  yield {
    bytes: encodeModel({
      irVersion: 7,
      producerName: "redspot",
      opsetImport: [{ domain: "", version: 13 }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }),
    done: 0,
    of,
  };
  yield {
    bytes: encodeModel({
      graph: {
        name,
        node: [...layers.flatMap(layerNodes), ...headNodes()],
        initializer: headShapes(),
        input: graphInputs(),
        output: graphOutputs(),
      },
    }),
    done: 0,
    of,
  };
  for (const [i, layer] of convolutions.entries()) {
    const { kernel, bias } = foldConvolution(weights, layer);
    const dims = [layer.filters, layer.inputChannels, ...layer.kernel];
    const initializer = [
      floatTensor(`${layer.name}/kernel`, dims, kernel),
      floatTensor(`${layer.name}/bias`, [layer.filters], bias),
    ];
    yield { bytes: encodeModel({ graph: { initializer } }), done: i + 1, of };
  }
}

/** What the backbone in a file says that it is, or undefined where the file is not a backbone that Redspot wrote. */
export async function readBackboneDescription(path: string): Promise<BackboneDescription | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const metadata = decodeLeadingMetadata(buffer.subarray(0, bytesRead));
    return description.parse({
      name: metadata.get("name"),
      source: metadata.get("source"),
      inputScaling: JSON.parse(metadata.get("inputScaling") ?? "null"),
    });
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

const description = z.strictObject({ name: z.string(), source: z.string(), inputScaling });

/** SHA-256 of a file, in hex; read through one buffer, as buffers of its length would stay in memory for long. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
