import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fingerprintOf, makeSigningKeys, readPublicKeys } from "@redspot/model";
import { trustedKeys } from "./trusted-keys.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-trusted-keys-"));
after(() => rm(folder, { recursive: true }));

const { publicKey } = makeSigningKeys();
const file = join(folder, "site.pub.pem");
await writeFile(file, publicKey);
const fingerprint = fingerprintOf(readPublicKeys(publicKey)[0]!);

test("the key comes from its variable or from its file, and without either none is asked for", async () => {
  assert.equal(await trustedKeys(undefined, undefined), undefined);
  for (const keys of [await trustedKeys(publicKey, undefined), await trustedKeys(undefined, file)]) {
    assert.deepEqual(keys?.map(fingerprintOf), [fingerprint]);
  }
});

test("both at once, a file that is not there and what is no key are refused by name", async () => {
  await assert.rejects(trustedKeys(publicKey, file), /REDSPOT_MODEL_PUBLIC_KEY_FILE are both set/);
  await assert.rejects(trustedKeys(undefined, join(folder, "none")), /none cannot be read \(ENOENT\)/);
  await assert.rejects(trustedKeys("not a key", undefined), { code: "SIGNING_KEY_INVALID" });
});

test("with a key configured the service refuses to start on the demonstration package, which nobody signed", async () => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  // It ends before it looks for Redis or makes a backbone.
  const env = { REDSPOT_SPOOL_DIR: folder, REDSPOT_MODEL_PUBLIC_KEY_FILE: file };
  await assert.rejects(
    promisify(execFile)(process.execPath, [main], { env }),
    (failed: Error & { stdout: string; stderr: string }) => {
      assert.match(failed.stdout + failed.stderr, /SIGNATURE_MISSING/);
      assert.ok((failed.stdout + failed.stderr).includes(fingerprint), "it names the key that it trusts");
      return true;
    },
  );
});
