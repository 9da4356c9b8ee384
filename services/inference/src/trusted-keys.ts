import { readFile } from "node:fs/promises";
import { readPublicKeys } from "@redspot/model";
import { ConfigError } from "@redspot/runtime";

/**
 * The keys of which one must have signed the model package, from the variable itself or from the file that the other
 * one names; undefined where neither is set, and then no signature is asked for.
 *
 * @throws {ConfigError} both are set, or the file cannot be read
 * @throws {ModelError} SIGNING_KEY_INVALID
 */
export async function trustedKeys(key: string | undefined, file: string | undefined) {
  if (key !== undefined && file !== undefined) {
    throw new ConfigError(
      "REDSPOT_MODEL_PUBLIC_KEY and REDSPOT_MODEL_PUBLIC_KEY_FILE are both set: which keys are trusted is said once. Unset one.",
    );
  }
  if (key !== undefined) return readPublicKeys(key);
  if (file === undefined) return undefined;
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigError(`REDSPOT_MODEL_PUBLIC_KEY_FILE: ${file} cannot be read (${cause.code})`, { cause });
  });
  return readPublicKeys(text);
}
