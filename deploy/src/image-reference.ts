/** Where an image is: what Docker makes of a reference such as redis:7.4.2-alpine. */
export interface ImageReference {
  /** As it is written, without a digest. */
  text: string;
  /** Host of the registry, with its port. */
  registry: string;
  repository: string;
  tag: string;
  digest: string | undefined;
}

/** Splits a reference: [REGISTRY/]REPOSITORY[:TAG][@sha256:HEX]. What has no registry is of Docker Hub. */
export function referenceOf(written: string): ImageReference {
  const [text = "", digest] = written.split("@");
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(0, slash));
  const isRegistry = /[.:]/.test(first) || first === "localhost";
  const registry = isRegistry ? first : "docker.io";
  const rest = isRegistry ? text.slice(slash + 1) : text;
  const [path = "", tag = "latest"] = rest.split(":");
  const repository = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  return { text, registry, repository, tag, digest };
}

export const withDigest = ({ text }: ImageReference, digest: string): string => `${text}@${digest}`;

/**
 * References to images of others: in a Dockerfile after FROM (but a stage of its own), in a Compose file the default of an
 * image: ${NAME:-REFERENCE}. Images that are built here carry no default and are not found.
 */
export function imagesIn(file: string, text: string): ImageReference[] {
  const found = file.endsWith("Dockerfile")
    ? [...text.matchAll(/^FROM (\S+)/gm)].map(([, reference = ""]) => reference).filter((one) => one !== "packages")
    : [...text.matchAll(/^\s+image: "?\$\{\w+:-([^}]+)\}/gm)].map(([, reference = ""]) => reference);
  return [...new Set(found)].map(referenceOf);
}
