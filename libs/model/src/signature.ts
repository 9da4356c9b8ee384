import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import type { Manifest } from "./manifest.ts";
import { ModelError } from "./model-error.ts";

/**
 * `signature.json` of a model package: an Ed25519 signature (RFC 8032) over the UTF-8 bytes of the manifest's canonical
 * JSON (RFC 8785). As the manifest holds the hashes of the other files, it stands for the whole package.
 */
const signatureSchema = z.strictObject({
  format: z.literal("redspot-signature/1"),
  algorithm: z.literal("Ed25519"),
  /** SHA-256 of the public key (SPKI, DER), in hex: which key to look for. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.base64(),
});
export type Signature = z.infer<typeof signatureSchema>;

/** A new pair of keys as PEM: the private one (PKCS #8) signs packages and stays secret, the public one (SPKI) verifies. */
export function makeSigningKeys(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

/** SHA-256 of a public key (SPKI, DER), in hex. */
export function fingerprintOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/**
 * Reads Ed25519 public keys: one or more as PEM, one after the other, or one as the base64 that stands between a PEM's
 * lines. More than one is for the time in which a new key takes over from an old one.
 *
 * @throws {ModelError} SIGNING_KEY_INVALID
 */
export function readPublicKeys(text: string): readonly KeyObject[] {
  const blocks = text.match(/-----BEGIN [^-]+-----[^-]*-----END [^-]+-----/g);
  try {
    const keys = blocks
      ? blocks.map((pem) => createPublicKey(pem))
      : [createPublicKey({ key: Buffer.from(text.trim(), "base64"), format: "der", type: "spki" })];
    if (keys.some((key) => key.asymmetricKeyType !== "ed25519") || blocks?.some((pem) => pem.includes("PRIVATE"))) {
      throw new TypeError("another kind of key");
    }
    return keys;
  } catch (cause) {
    // The text is not repeated: it may be a private key, given by mistake.
    throw new ModelError(
      "SIGNING_KEY_INVALID",
      "What is given as public key is none of Ed25519, as PEM (-----BEGIN PUBLIC KEY-----) or as the base64 in it. " +
        "Give the file that ends in .pub.pem, not the private key.",
      { cause },
    );
  }
}

/** Signs a manifest. */
export function signManifest(manifest: Manifest, privateKey: KeyObject): Signature {
  if (privateKey.type !== "private" || privateKey.asymmetricKeyType !== "ed25519") {
    throw new ModelError("SIGNING_KEY_INVALID", "The key to sign with is no private Ed25519 key (PKCS #8, PEM).");
  }
  return {
    format: "redspot-signature/1",
    algorithm: "Ed25519",
    key: fingerprintOf(createPublicKey(privateKey)),
    signature: sign(null, bytesOf(manifest), privateKey).toString("base64"),
  };
}

/**
 * Holds a manifest to its signature by one of the keys that are trusted.
 *
 * @param text content of `signature.json`, undefined where the package has none
 * @returns the fingerprint of the key that signed
 * @throws {ModelError} SIGNATURE_MISSING, SIGNATURE_INVALID
 */
export function verifySignature(
  folder: string,
  manifest: Manifest,
  text: string | undefined,
  trusted: readonly KeyObject[],
): string {
  const known = trusted.map(fingerprintOf).join(", ");
  if (text === undefined) {
    throw new ModelError(
      "SIGNATURE_MISSING",
      `${folder}: the package is not signed, and only packages signed by the key ${known} are let in. Publish it with ` +
        "that key, or take the public key out of the configuration.",
    );
  }
  const signature = parseSignature(folder, text);
  const key = trusted.find((one) => fingerprintOf(one) === signature.key);
  if (key === undefined) {
    throw new ModelError(
      "SIGNATURE_INVALID",
      `${folder}: signed by the key ${signature.key}, which is not trusted here (trusted: ${known}).`,
    );
  }
  if (!verify(null, bytesOf(manifest), key, Buffer.from(signature.signature, "base64"))) {
    throw new ModelError(
      "SIGNATURE_INVALID",
      `${folder}: the manifest is not the one that the key ${signature.key} signed: it has been altered, or the ` +
        "signature is another package's. Install the package anew.",
    );
  }
  return signature.key;
}

function parseSignature(folder: string, text: string): Signature {
  try {
    return signatureSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ModelError("SIGNATURE_INVALID", `${folder}: signature.json is no signature of a model package.`, {
      cause,
    });
  }
}

const bytesOf = (manifest: Manifest) => Buffer.from(canonicalJson(manifest));
