import { createHash } from "node:crypto";
import type { ImageReference } from "./image-reference.ts";

/** A registry did not say which image a tag stands for. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: "UNREACHABLE" | "REFUSED" | "UNCLEAR";

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

/**
 * The digest that a tag stands for now, asked of its registry (OCI Distribution Specification, "Pulling manifests"), as whoever may
 * read without an account. The manifest itself is hashed: what a header says is not believed. Throws RegistryError.
 */
export async function digestOf(reference: ImageReference): Promise<string> {
  const { registry, repository, tag } = reference;
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  // As Docker does: a registry on this machine needs no TLS.
  const scheme = /^(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(host) ? "http" : "https";
  const url = `${scheme}://${host}/v2/${repository}/manifests/${tag}`;
  let answer = await ask(url, {});
  if (answer.status === 401) {
    const token = await tokenFor(answer.headers.get("www-authenticate") ?? "");
    answer = await ask(url, { authorization: `Bearer ${token}` });
  }
  if (!answer.ok) throw new RegistryError("REFUSED", `${reference.text}: ${host} answers ${answer.status}`);
  const manifest = Buffer.from(await answer.arrayBuffer());
  const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
  const said = answer.headers.get("docker-content-digest") ?? digest;
  if (!DIGEST.test(said) || said !== digest) {
    throw new RegistryError("UNCLEAR", `${reference.text}: ${host} says ${said} for a manifest that is ${digest}`);
  }
  return digest;
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
