import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadModelPackage, makeSigningKeys, writeModelPackage } from "@redspot/model";
import { readConfig } from "@redspot/runtime";
import { workFolder } from "@redspot/testbed";
import { openModels } from "./open-model.ts";
import { variables } from "./variables.ts";

const demonstration = fileURLToPath(new URL("../models/demo", import.meta.url));
const cache = fileURLToPath(new URL("../../../.cache", import.meta.url));
const folder = workFolder("open-model");
const [keys, otherKeys] = [makeSigningKeys(), makeSigningKeys()];
after(() => folder.remove());

/** Writes the demonstration package under another name, and signed. */
async function write(name: string, intendedUse: "demonstration" | "clinical", { privateKey } = keys): Promise<string> {
  const { manifest, head } = await loadModelPackage(demonstration);
  const { format: _format, head: _head, evaluation, ...rest } = manifest;
  const { scores: _scores, ...figures } = evaluation;
  const scores = await readFile(join(demonstration, "scores.json"), "utf8");
  const at = join(folder.path, name);
  const content = { manifest: { ...rest, name, intendedUse, evaluation: figures }, head, scores };
  await writeModelPackage(at, content, createPrivateKey(privateKey));
  return at;
}

let speaks: string;
before(async () => {
  speaks = await write("speaks", "clinical");
});

async function opened<T>(shadow: string | undefined, look: (models: Awaited<ReturnType<typeof openModels>>) => T) {
  const models = await openModels(
    readConfig(variables, {
      REDSPOT_SPOOL_DIR: folder.path,
      REDSPOT_CACHE_DIR: cache,
      REDSPOT_MODE: "clinical",
      REDSPOT_MODEL_PACKAGE: speaks,
      REDSPOT_MODEL_PUBLIC_KEY: keys.publicKey,
      REDSPOT_ENGINE_LANES: "1",
      REDSPOT_SHADOW_PACKAGE: shadow,
    }),
  );
  try {
    return look(models);
  } finally {
    await models.close();
  }
}

test("a shadow of the same backbone shares its engine; the same package again is no shadow", async () => {
  const shadow = await write("candidate", "clinical");
  await opened(shadow, ({ configured, shadow, shadowRefused }) => {
    assert.deepEqual([shadowRefused, shadow?.identity.name, shadow?.refusedAs], [undefined, "candidate", undefined]);
    assert.equal(shadow?.engine, configured.engine);
  });
  await opened(speaks, ({ shadow, shadowRefused }) =>
    assert.deepEqual([shadow, shadowRefused], [undefined, undefined]),
  );
  await opened(undefined, ({ shadow, shadowRefused }) =>
    assert.deepEqual([shadow, shadowRefused], [undefined, undefined]),
  );
});

test("a shadow that is not whole, or not signed by whom it should be, is refused, and the other speaks", async () => {
  const damaged = await write("damaged", "clinical");
  await writeFile(join(damaged, "head.f32"), new Uint8Array(4 * 2049));
  const foreign = await write("foreign", "clinical", otherKeys);
  for (const [shadow, code] of [
    [join(folder.path, "none"), "PACKAGE_UNREADABLE"],
    [damaged, "PACKAGE_HASH_MISMATCH"],
    [foreign, "SIGNATURE_INVALID"],
    [demonstration, "SIGNATURE_MISSING"],
  ] as const) {
    await opened(shadow, ({ configured, shadow, shadowRefused }) => {
      assert.equal((shadowRefused as { code?: string }).code, code);
      assert.deepEqual([shadow, configured.identity.name], [undefined, "speaks"]);
    });
  }
});

test("a package for demonstration may score in the shadow of one for patients, and may not speak", async () => {
  const shadow = await write("for-demonstration", "demonstration");
  await opened(shadow, ({ shadow }) => assert.equal(shadow?.refusedAs, "NOT_FOR_CLINICAL_USE"));
});
