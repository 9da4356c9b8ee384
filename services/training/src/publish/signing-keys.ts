import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fingerprintOf, makeSigningKeys, readPublicKeys } from "@redspot/model";
import { TrainingError } from "../training-error.ts";

/**
 * Makes a pair of keys and writes them as `<name>.pem` (private, readable by its owner alone) and `<name>.pub.pem`. Keys that
 * are there are never written over.
 *
 * @returns the fingerprint of the public key
 * @throws {TrainingError} KEY_UNUSABLE
 */
export async function writeSigningKeys(name: string): Promise<string> {
  const { privateKey, publicKey } = makeSigningKeys();
  try {
    await writeFile(`${name}.pem`, privateKey, { flag: "wx", mode: 0o600 });
    await writeFile(`${name}.pub.pem`, publicKey, { flag: "wx" });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "is there already, and is not written over" : `cannot be written (${code})`;
    throw new TrainingError("KEY_UNUSABLE", `${name}.pem or ${name}.pub.pem ${why}. Give another name.`, { cause });
  }
  return fingerprintOf(readPublicKeys(publicKey)[0]!);
}

/** @throws {TrainingError} KEY_UNUSABLE */
export async function readSigningKey(path: string): Promise<KeyObject> {
  const refuse = (why: string, cause: unknown) =>
    new TrainingError("KEY_UNUSABLE", `${path} ${why}. Make a pair of keys with redspot-train keys.`, { cause });
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw refuse(`cannot be read (${cause.code})`, cause);
  });
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (cause) {
    throw refuse("is no private key (PKCS #8, PEM)", cause);
  }
  throw refuse("is no Ed25519 key", undefined);
}
