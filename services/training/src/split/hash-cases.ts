import { type Case, readInput } from "../work-folder.ts";
import { type PerceptualHash, perceptualHash } from "./perceptual-hash.ts";

/** The perceptual hashes of cases, by id. */
export async function hashCases(
  work: string,
  cases: readonly Case[],
  onProgress?: (done: number) => void,
): Promise<Map<string, PerceptualHash>> {
  const hashes = new Map<string, PerceptualHash>();
  for (const { id } of cases) {
    hashes.set(id, perceptualHash(await readInput(work, id)));
    onProgress?.(hashes.size);
  }
  return hashes;
}
