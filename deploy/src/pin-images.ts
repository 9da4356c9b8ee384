import { stringify } from "yaml";
import { type ImageReference, SPREAD_REFERENCE, withDigest } from "./image-reference.ts";

/** A file's text with every reference to an image by its digest, whether it had none or that of an older one. */
export function pinText(text: string, digests: ReadonlyMap<ImageReference, string>): string {
  let pinned = text;
  for (const [reference, digest] of digests) {
    const written = reference.text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
    // Not where it is the beginning of another name or tag.
    const anywhere = new RegExp(`(?<![\\w./]|[^:]-)${written}(@sha256:[0-9a-f]{64})?(?![\\w.:@-])`, "g");
    pinned = pinned
      .replace(anywhere, withDigest(reference, digest))
      .replace(SPREAD_REFERENCE, (whole, before, repository, tag) =>
        `${repository}:${tag}` === reference.text ? `${before}${tag}@${digest}` : whole,
      );
  }
  return pinned;
}

/** A file of values for the Helm chart with the digests of Redspot's own images in a registry. */
export function pinnedValues(registry: string, tag: string, digests: Readonly<Record<string, string>>): string {
  return stringify({ image: { registry, tag, digests } });
}
