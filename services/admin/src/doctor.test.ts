import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  freePort,
  type RunningOrthanc,
  type RunningRedis,
  startOrthanc,
  startRedis,
  workFolder,
} from "@redspot/testbed";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const cache = fileURLToPath(new URL("../../../.cache", import.meta.url));
const folder = workFolder("doctor");
let redis: RunningRedis;
let pacs: RunningOrthanc;

before(async () => {
  [redis, pacs] = await Promise.all([startRedis(), startOrthanc()]);
});
after(async () => {
  await Promise.all([redis?.stop(), pacs?.stop()]);
  folder.remove();
});

interface Seen {
  about: string;
  state: string;
  found: string;
}

function doctor(options: string[], changes: Record<string, string> = {}) {
  const env = {
    REDSPOT_REDIS_URL: redis.url,
    REDSPOT_PACS_URL: pacs.dicomWebUrl,
    REDSPOT_SPOOL_DIR: folder.path,
    REDSPOT_CACHE_DIR: cache,
    ...changes,
  };
  return new Promise<{ status: number; seen: (about: RegExp) => Seen; errors: string }>((resolve) => {
    execFile(process.execPath, [main, "doctor", "--json", ...options], { env }, (error, out, errors) => {
      const all = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Seen);
      const seen = (about: RegExp) => all.find((one) => about.test(one.about))!;
      resolve({ status: error === null ? 0 : Number(error.code), seen, errors });
    });
  });
}

describe("redspot-admin doctor", () => {
  test("finds all well on a real Redis and a real PACS, twice with one test study", async () => {
    for (const _ of ["first", "again"]) {
      const { status, seen, errors } = await doctor(["--store"]);
      assert.equal(status, 0, errors);
      for (const about of [
        /throws nothing away/,
        /power cut/,
        /QIDO-RS/,
        /STOW-RS/,
        /it finds/,
        /WADO-RS/,
        /spool|model/,
      ]) {
        assert.match(seen(about).state, /fine|doubtful/, JSON.stringify(seen(about)));
      }
      assert.match(seen(/model package/).found, /demonstration.*onnxruntime/);
      assert.equal(seen(/certificate/).state, "not checked");
    }
  });

  test("says what is wrong with each, and goes on to the next", async () => {
    const { status, seen, errors } = await doctor([], {
      REDSPOT_REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      REDSPOT_PACS_URL: `http://127.0.0.1:${await freePort()}/dicom-web`,
      REDSPOT_SPOOL_DIR: "/none/such",
      REDSPOT_TLS_CERTIFICATE: main,
      REDSPOT_MODE: "clinical",
    });
    assert.equal(status, 1);
    assert.match(errors, /NOT_WELL/);
    assert.match(seen(/throws nothing away/).found, /REDIS_AWAY/);
    assert.match(seen(/QIDO-RS/).found, /no connection/);
    assert.match(seen(/spool/).found, /ENOENT/);
    assert.match(seen(/certificate/).found, /holds no certificate/);
    assert.match(seen(/model package/).found, /demonstration|clinical/);
    assert.equal(seen(/STOW-RS/).state, "not checked");
  });
});
