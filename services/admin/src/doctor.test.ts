import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { closeStore, connectStore } from "@redspot/queue";
import {
  freePort,
  type RunningOrthanc,
  type RunningRedis,
  startMllpReceiver,
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
      for (const whose of [/services. certificate/, /authority/, /PACS.s certificate/]) {
        assert.equal(seen(whose).state, "not checked");
      }
      assert.equal(seen(/HL7/).state, "not checked");
    }
  });

  test("says what is wrong with each, and goes on to the next", async () => {
    const { status, seen, errors } = await doctor([], {
      REDSPOT_REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      REDSPOT_PACS_URL: `http://127.0.0.1:${await freePort()}/dicom-web`,
      REDSPOT_SPOOL_DIR: "/none/such",
      REDSPOT_TLS_CERTIFICATE: main,
      REDSPOT_TLS_KEY: main,
      REDSPOT_MODE: "clinical",
      REDSPOT_HL7_URL: `mllps://127.0.0.1:${await freePort()}`,
      REDSPOT_AUDIT_TO: `syslog-tls://127.0.0.1:${await freePort()}`,
      REDSPOT_TRACES_URL: `http://127.0.0.1:${await freePort()}/v1/traces`,
    });
    assert.equal(status, 1);
    assert.match(errors, /NOT_WELL/);
    assert.match(seen(/throws nothing away/).found, /REDIS_AWAY/);
    assert.match(seen(/QIDO-RS/).found, /no connection/);
    assert.match(seen(/spool/).found, /ENOENT/);
    assert.match(seen(/services. certificate/).found, /holds no certificate/);
    assert.match(seen(/model package/).found, /demonstration|clinical/);
    assert.equal(seen(/STOW-RS/).state, "not checked");
    assert.match(seen(/HL7/).found, /by TLS: no connection: ECONNREFUSED/);
    assert.match(seen(/audit messages/).found, /does not answer \(ECONNREFUSED\)/);
    assert.match(seen(/takes traces/).found, /does not answer \(ECONNREFUSED\)/);
  });

  test("connects to the receiver of HL7 messages, and sends it nothing", async () => {
    const receiver = await startMllpReceiver({ answer: () => "silence" });
    const { seen } = await doctor([], { REDSPOT_HL7_URL: `mllp://127.0.0.1:${receiver.port}` });
    assert.deepEqual(
      [seen(/HL7/).state, receiver.connections, receiver.messages],
      ["fine", 1, []],
      JSON.stringify(seen(/HL7/)),
    );
    await receiver.close();
  });

  test("finds a Redis that forgets, as Redis itself tells", async () => {
    const store = connectStore(redis.url);
    const set = (name: string, value: string) => store.redis.config("SET", name, value);
    try {
      await set("maxmemory-policy", "allkeys-lru");
      await set("appendfsync", "no");
      const first = await doctor([]);
      assert.equal(first.status, 1);
      assert.match(first.seen(/throws nothing away/).found, /allkeys-lru/);
      assert.match(first.seen(/power cut/).found, /appendfsync is no/);
      await set("appendonly", "no");
      assert.match((await doctor([])).seen(/power cut/).found, /appendonly is no/);
    } finally {
      await set("appendonly", "yes");
      await set("appendfsync", "always");
      await set("maxmemory-policy", "noeviction");
      await closeStore(store);
    }
  });

  test("finds a PACS that refuses, loses and alters what it is given, and whose clock is wrong", async () => {
    // No PACS does all of this: what one might is played here, by its answers alone.
    const hourAgo = new Date(Date.now() - 3600_000).toUTCString();
    const server = createServer((request, response) => {
      response.sendDate = false;
      response.setHeader("date", hourAgo);
      request.resume();
      if (request.method === "POST") return void response.writeHead(403).end();
      if (request.url?.includes("/instances/")) return void response.writeHead(404).end();
      response.writeHead(200, { "content-type": "application/dicom+json" }).end("[]");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`;
      const { status, seen } = await doctor(["--store"], { REDSPOT_PACS_URL: url });
      assert.equal(status, 1);
      assert.equal(seen(/QIDO-RS/).state, "fine");
      assert.match(seen(/STOW-RS/).found, /403/);
      assert.match(seen(/it finds/).found, /not found/);
      assert.match(seen(/WADO-RS/).found, /404/);
      assert.equal(seen(/PACS.s clock/).state, "doubtful");
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test("finds a model package of which a byte is another", async () => {
    const broken = join(folder.path, "package");
    cpSync(fileURLToPath(new URL("../../inference/models/demo", import.meta.url)), broken, { recursive: true });
    const head = join(broken, readdirSync(broken).find((name) => /head/.test(name)) ?? "head.bin");
    const bytes = readFileSync(head);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(head, bytes);
    const { status, seen } = await doctor([], { REDSPOT_MODEL_PACKAGE: broken });
    assert.equal(status, 1);
    assert.equal(seen(/model package/).state, "wrong", seen(/model package/).found);
  });
});
