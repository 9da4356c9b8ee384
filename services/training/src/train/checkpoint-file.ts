import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeWorkFile } from "../work-folder.ts";
import type { Checkpoint } from "./train-head.ts";

const FILE = "head/checkpoint.json";

const floats = z.base64().transform((text) => {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
});
const frozen = z.object({ weights: floats, bias: floats });
const fit = z.object({ accuracy: z.number(), crossEntropy: z.number() });
const schema = z.object({
  /** What is being trained: a checkpoint of other data or options is of no use. */
  key: z.string(),
  iteration: z.int(),
  state: frozen,
  best: frozen.extend({ iteration: z.int(), crossEntropy: z.number() }).nullable(),
  curve: z.array(z.object({ iteration: z.int(), training: fit, validation: fit.nullable() })),
});

/** Where training was when it was stopped, if it was this training; a file that cannot be read counts as none. */
export async function readCheckpoint(work: string, key: string): Promise<Checkpoint | undefined> {
  try {
    const parsed = schema.parse(JSON.parse(await readFile(join(work, FILE), "utf8")));
    return parsed.key === key ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export async function writeCheckpoint(work: string, key: string, checkpoint: Checkpoint): Promise<void> {
  const { state, best } = checkpoint;
  await mkdir(join(work, "head"), { recursive: true });
  await writeWorkFile(work, FILE, {
    ...checkpoint,
    key,
    state: encode(state),
    best: best && { ...best, ...encode(best) },
  });
}

export async function removeCheckpoint(work: string): Promise<void> {
  await rm(join(work, FILE), { force: true });
}

function encode({ weights, bias }: { weights: Float32Array; bias: Float32Array }) {
  const text = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString("base64");
  return { weights: text(weights), bias: text(bias) };
}
