/** Where an image is: what Docker makes of a reference such as redis:7.4.11-alpine. */
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

/** The files of Redspot that name images of others, from its root. */
export const IMAGE_FILES: readonly string[] = [
  "Dockerfile",
  "docker-compose.yml",
  "helm/redspot/values.yaml",
  "libs/testbed/src/orthanc-container.ts",
  "libs/testbed/src/redis-container.ts",
];

/** Values of a chart that are one reference: its repository, and in the lines after it its tag, with the digest. */
export const SPREAD_REFERENCE = /(repository: (\S+)\n(?: +#[^\n]*\n)* +tag: )([^\s@]+)(@\S+)?/g;

/**
 * References to images of others: in a Dockerfile after FROM (but a stage of its own), in a Compose file the default of an
 * image: ${NAME:-REFERENCE}, in values of a chart spread over two lines, in TypeScript a constant `image`. Images that are built here
 * carry no default, and are not found.
 */
export function imagesIn(file: string, text: string): ImageReference[] {
  return [...new Set(writtenIn(file, text))].map(referenceOf);
}

function writtenIn(file: string, text: string): string[] {
  const first = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, reference = ""]) => reference);
  if (file.endsWith("Dockerfile")) return first(/^FROM (\S+)/gm).filter((one) => one !== "packages");
  if (file.endsWith(".ts")) return first(/^const image = "([^"]+)";$/gm);
  if (!file.endsWith("values.yaml")) return first(/^\s+image: "?\$\{\w+:-([^}]+)\}/gm);
  return [...text.matchAll(SPREAD_REFERENCE)].map(
    ([, , repository, tag, digest = ""]) => `${repository}:${tag}${digest}`,
  );
}
