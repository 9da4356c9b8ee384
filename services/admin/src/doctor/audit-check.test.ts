import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { certificateAuthority, startSyslogReceiver, workFolder } from "@redspot/testbed";
import { auditCheck } from "./audit-check.ts";

const folder = workFolder("audit-check");
after(() => folder.remove());
const now = () => new Date();

test("a receiver is tried, and what does not fit is told", async () => {
  const authority = await certificateAuthority("hospital");
  const [arr, own, endsSoon] = await Promise.all([
    authority.issue({ commonName: "arr", names: [{ type: "ip", value: "127.0.0.1" }] }),
    authority.issue({ commonName: "redspot", notAfter: new Date(Date.now() + 90 * 24 * 3_600_000) }),
    authority.issue({ commonName: "redspot" }),
  ]);
  const file = (name: string, content: string) => {
    writeFileSync(join(folder.path, name), content);
    return join(folder.path, name);
  };
  const receiver = await startSyslogReceiver({ cert: arr.certificate, key: arr.key, ca: authority.certificate });
  const to = { kind: "syslog-tls", host: "127.0.0.1", port: receiver.port } as const;
  const good = {
    REDSPOT_AUDIT_TO: to,
    REDSPOT_AUDIT_CA: file("ca.crt", authority.certificate),
    REDSPOT_AUDIT_CERTIFICATE: file("tls.crt", own.certificate),
    REDSPOT_AUDIT_KEY: file("tls.key", own.key),
  };
  const state = async (changes: object) => (await auditCheck({ ...good, ...changes }, now).look()).state;
  assert.equal(await state({}), "fine");
  const other = { REDSPOT_AUDIT_CERTIFICATE: file("soon.crt", endsSoon.certificate) };
  assert.equal(await state({ ...other, REDSPOT_AUDIT_KEY: file("soon.key", endsSoon.key) }), "doubtful");
  assert.equal(await state({ REDSPOT_AUDIT_CERTIFICATE: undefined, REDSPOT_AUDIT_KEY: undefined }), "wrong");
  assert.equal(await state({ REDSPOT_AUDIT_CERTIFICATE: join(folder.path, "none") }), "wrong");
  assert.deepEqual(receiver.messages, []);
  await receiver.close();
  assert.equal(await state({ REDSPOT_AUDIT_CERTIFICATE: undefined, REDSPOT_AUDIT_KEY: undefined }), "wrong");
});

test("a file that can be written is fine, and no destination is told as such", async () => {
  const state = async (path: string) =>
    (await auditCheck({ REDSPOT_AUDIT_TO: { kind: "file", path } }, now).look()).state;
  assert.equal(await state(join(folder.path, "audit.jsonl")), "fine");
  assert.equal(await state(join(folder.path, "none", "audit.jsonl")), "wrong");
  assert.equal((await auditCheck({}, now).look()).state, "not checked");
});
