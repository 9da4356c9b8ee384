import type { ImageReference } from "./image-reference.ts";
import { findImage, RegistryError } from "./registry.ts";

/** How a reference stands to what its registry has. */
export interface ImageState {
  state:
    | "unpinned"
    /** Pinned to what its tag stands for. */
    | "current"
    /** Pinned to what the registry has, while the tag stands for something newer by now. */
    | "older"
    /** Pinned to what the registry does not have: nobody can fetch it. */
    | "unknown";
  /** Of what the tag stands for now. */
  digest: string;
  /** Of what it is pinned to, or else of what the tag stands for; empty where that is one image for one platform. */
  platforms: string[];
}

/** Asks the registry about a reference, by its tag and by its digest. Throws RegistryError where it does not know the tag either. */
export async function stateOf(reference: ImageReference): Promise<ImageState> {
  const { digest, platforms } = await findImage(reference, reference.tag);
  if (reference.digest === undefined) return { state: "unpinned", digest, platforms };
  if (reference.digest === digest) return { state: "current", digest, platforms };
  try {
    const pinned = await findImage(reference, reference.digest);
    return { state: "older", digest, platforms: pinned.platforms };
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== "UNKNOWN") throw error;
    return { state: "unknown", digest, platforms };
  }
}

/** What to tell of a reference. */
export function sayState(reference: ImageReference, { state, digest, platforms }: ImageState): string {
  const ways = platforms.length === 0 ? "one platform" : platforms.join(", ");
  const said = {
    unpinned: `is not pinned; it is ${digest} (${ways})`,
    current: `is what it is pinned to (${ways})`,
    older: `is pinned to an older image, which the registry has (${ways}); by now it is ${digest}`,
    unknown: `is pinned to ${reference.digest}, which the registry does not have; it is ${digest} (${ways})`,
  };
  return `${reference.text} ${said[state]}`;
}
