import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadModelPackage, writeModelPackage } from "@redspot/model";

/** The demonstration package that comes with the inference service. */
export const DEMONSTRATION = join(import.meta.dirname, "..", "..", "services", "inference", "models", "demo");

/** Writes a package of the same backbone with another head, whose every logit is so much higher; answers with its hash. */
export async function writeCandidate(folder: string, { higher }: { higher: number }): Promise<string> {
  const { manifest, head } = await loadModelPackage(DEMONSTRATION);
  const { format: _format, head: _head, evaluation, ...rest } = manifest;
  const { scores: _scores, ...figures } = evaluation;
  return writeModelPackage(folder, {
    manifest: { ...rest, name: "candidate", version: "2.1.0", evaluation: figures },
    head: { ...head, bias: head.bias + higher },
    scores: await readFile(join(DEMONSTRATION, "scores.json"), "utf8"),
  });
}
