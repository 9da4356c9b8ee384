import { createHash } from "node:crypto";
import type { ImageReference } from "./image-reference.ts";

/** A registry did not say which image a tag or a digest stands for. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: "UNREACHABLE" | "UNKNOWN" | "REFUSED" | "UNCLEAR";

  constructor(code: RegistryError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An index of several platforms comes before the manifest of one: the digest then holds on all of them. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TIMEOUT_MS = 20_000;

/** What a registry has: an image for one platform, or an index of several. */
export interface FoundImage {
  digest: string;
  /** As linux/amd64; empty where it is one image, and not an index. */
  platforms: string[];
}

/**
 * What a tag stands for now, or what is known by a digest, asked of the image's registry (OCI Distribution Specification, "Pulling
 * manifests"), as whoever may read without an account. The manifest itself is hashed: what a header says is not believed. Throws
 * RegistryError.
 */
export async function findImage(
  { registry, repository, text }: ImageReference,
  tagOrDigest: string,
): Promise<FoundImage> {
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  // As Docker does: a registry on this machine needs no TLS.
  const scheme = /^(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(host) ? "http" : "https";
  const url = `${scheme}://${host}/v2/${repository}/manifests/${tagOrDigest}`;
  let answer = await ask(url, {});
  if (answer.status === 401) {
    const token = await tokenFor(answer.headers.get("www-authenticate") ?? "");
    answer = await ask(url, { authorization: `Bearer ${token}` });
  }
  if (answer.status === 404) throw new RegistryError("UNKNOWN", `${text}: ${host} has no ${tagOrDigest}`);
  if (!answer.ok) throw new RegistryError("REFUSED", `${text}: ${host} answers ${answer.status}`);
  const manifest = Buffer.from(await answer.arrayBuffer());
  const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
  const said = DIGEST.test(tagOrDigest) ? tagOrDigest : (answer.headers.get("docker-content-digest") ?? digest);
  if (said !== digest) {
    throw new RegistryError("UNCLEAR", `${text}: ${host} says ${said} for a manifest that is ${digest}`);
  }
  return { digest, platforms: platformsOf(manifest) };
}

interface Index {
  manifests?: { platform?: { os: string; architecture: string; variant?: string } }[];
}

/** The platforms of an index. What else lies in one (attestations) is for "unknown". */
function platformsOf(manifest: Buffer): string[] {
  const { manifests = [] } = JSON.parse(manifest.toString()) as Index;
  return manifests.flatMap(({ platform }) => {
    if (platform === undefined || platform.os === "unknown") return [];
    const { os, architecture, variant } = platform;
    return [[os, architecture, variant].filter(Boolean).join("/")];
  });
}

/** A token for reading, from where the registry's challenge sends (Distribution's token authentication). */
async function tokenFor(challenge: string): Promise<string> {
  const parameters = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
  );
  const realm = parameters.get("realm");
  if (!/^bearer /i.test(challenge) || realm === undefined) {
    throw new RegistryError(
      "REFUSED",
      "the registry wants an account: docker buildx imagetools inspect IMAGE tells the digest",
    );
  }
  const url = new URL(realm);
  for (const name of ["service", "scope"]) {
    const value = parameters.get(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const answer = await ask(url.href, {});
  if (!answer.ok) throw new RegistryError("REFUSED", `${url.host} gives no token (${answer.status})`);
  const { token, access_token } = (await answer.json()) as { token?: string; access_token?: string };
  return token ?? access_token ?? "";
}

async function ask(url: string, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch(url, { headers: { accept: MANIFESTS, ...headers }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new RegistryError("UNREACHABLE", `${new URL(url).host} does not answer`, { cause });
  }
}
