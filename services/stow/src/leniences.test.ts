import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hexOf } from "@redspot/dicomweb";
import { INSTANCE_FAILURES, REQUEST_FAILURES } from "./failures.ts";
import { LENIENCES, type Lenience } from "./leniences.ts";
import { byDcmtk, crFile, multipart } from "./test-instances.ts";
import { outcome, type Post, postRaw, TestService } from "./test-service.ts";

const service = new TestService();
const file = crFile({ study: "leniences" });
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const partHeader = (header: string) => multipart([`${header}\r\n${text(file)}`]);

/** A request that only lenience takes, for each lenience. */
const REQUESTS: Record<Lenience, () => Promise<{ body: Uint8Array; headers?: Post["headers"] }>> = {
  NO_ACCEPT: async () => ({ body: multipart([file]), headers: { accept: undefined } }),
  PLAIN_ACCEPT: async () => ({ body: multipart([file]), headers: { accept: "application/json" } }),
  NO_TYPE: async () => ({ body: multipart([file]), headers: { "content-type": "multipart/related; boundary=b" } }),
  UNQUOTED_TYPE: async () => ({
    body: multipart([file]),
    headers: { "content-type": "multipart/related; type=application/dicom; boundary=b" },
  }),
  LONG_BOUNDARY: async () => ({
    body: multipart([file], "b".repeat(73)),
    headers: { "content-type": `multipart/related; type="application/dicom"; boundary=${"b".repeat(73)}` },
  }),
  LF_LINES: async () => ({
    body: Buffer.from(`--b\nContent-Type: application/dicom\n\n${text(file)}\n--b--\n`, "latin1"),
  }),
  NO_PART_TYPE: async () => ({ body: partHeader("") }),
  OCTET_STREAM_PART: async () => ({ body: partHeader("Content-Type: application/octet-stream\r\n") }),
  IMPLICIT_VR: async () => ({ body: multipart([await byDcmtk("dcmconv", crFile({ study: "implicit" }), ["+ti"])]) }),
  BIG_ENDIAN: async () => ({ body: multipart([await byDcmtk("dcmconv", crFile({ study: "big" }), ["+tb"])]) }),
  NO_STORAGE_CLASS: async () => ({
    body: multipart([crFile({ study: "no storage" }, { SOPClassUID: "1.2.840.10008.3.1.2.3.3" })]),
  }),
};

const FAILURES: Record<string, { status?: number; reason?: number }> = { ...REQUEST_FAILURES, ...INSTANCE_FAILURES };

for (const [name, { sender, strict }] of Object.entries(LENIENCES)) {
  test(`${name}: who ${sender.replaceAll("`", "")} is taken, and strictly refused with ${strict}`, async () => {
    const { body, headers = {} } = await REQUESTS[name as Lenience]();
    const lenient = await postRaw(await service.serve({ strict: false }), body, { headers });
    assert.deepEqual((await outcome(lenient)).slice(0, 1), [200]);

    const [, status, code = ""] = /^(\d{3}) `(\w+)`$/.exec(strict) ?? [];
    const refusal = await postRaw(await service.serve({ strict: true }), body, { headers });
    assert.equal(refusal.status, Number(status));
    const { reason } = FAILURES[code]!;
    if (reason === undefined) assert.equal(((await refusal.json()) as { code: string }).code, code);
    else assert.deepEqual(Object.values((await outcome(refusal))[2]), [[hexOf(reason)]]);
  });
}

test("docs/errors.md has every lenience, and no other", () => {
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
  const [, section = ""] = page.split("\n## Storing: strict and lenient\n");
  const rows = section
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => /^\| `/.test(line));
  const expected = Object.entries(LENIENCES).map(
    ([name, { sender, lenient, strict }]) => `| \`${name}\` | ${sender} | ${lenient} | ${strict} |`,
  );
  assert.deepEqual(rows, expected);
});
