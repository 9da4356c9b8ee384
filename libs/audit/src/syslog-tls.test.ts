import assert from "node:assert/strict";
import { once } from "node:events";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  type CertificateAuthority,
  certificateAuthority,
  findProgram,
  freePort,
  hasProgram,
  type SyslogReceiver,
  startProgram,
  startSyslogReceiver,
  waitUntil,
  workFolder,
} from "@redspot/testbed";
import { type AuditRecord, parseAuditAddress } from "./audit-destination.ts";
import { writeAuditMessage } from "./audit-message.ts";
import { messageOf } from "./message-of.ts";
import { SyslogTls } from "./syslog-tls.ts";
import { testEvents } from "./test-events.ts";

const folder = workFolder("syslog-tls");
const path = (name: string) => join(folder.path, name);
const LOCALHOST = [
  { type: "dns", value: "localhost" },
  { type: "ip", value: "127.0.0.1" },
] as const;

const record = (id: string): AuditRecord => ({
  id,
  at: new Date(testEvents.view.at),
  event: "DICOM Instances Accessed",
  host: "redspot-1",
  pid: 4711,
  xml: writeAuditMessage(
    messageOf({ ...testEvents.view, id }, { auditSourceID: "Redspot" }, { patientName: "Müller^Änne" }),
  ),
});
const idsOf = (messages: readonly string[]) =>
  messages.map((message) => /ParticipantObjectID="([^"]+)"[^>]*Role="20"/.exec(message)?.[1]);

let authority: CertificateAuthority;
let server: { cert: string; key: string; ca: string };
const files = { ca: path("ca.crt"), certificate: path("tls.crt"), key: path("tls.key") };

before(async () => {
  authority = await certificateAuthority("hospital");
  const receiver = await authority.issue({ commonName: "arr", names: LOCALHOST });
  const own = await authority.issue({ commonName: "redspot" });
  server = { cert: receiver.certificate, key: receiver.key, ca: authority.certificate };
  writeFileSync(files.ca, authority.certificate);
  writeFileSync(files.certificate, own.certificate);
  writeFileSync(files.key, own.key);
  writeFileSync(path("arr.crt"), receiver.certificate);
  writeFileSync(path("arr.key"), receiver.key);
});
after(() => folder.remove());

describe("a receiver of syslog over TLS", () => {
  let receiver: SyslogReceiver;
  before(async () => {
    receiver = await startSyslogReceiver(server);
  });
  after(() => receiver.close());
  const to = (port: number, changes = {}) =>
    new SyslogTls({ host: "127.0.0.1", port, answerWithinMs: 5_000, settleMs: 20 }, { ...files, ...changes });

  test("gets each message whole, as RFC 5424 and PS3.15 A.6 have it", async () => {
    await to(receiver.port).deliver([record("one"), record("two")]);
    assert.deepEqual(idsOf(receiver.messages), ["one", "two"]);
    assert.equal(
      receiver.messages[0],
      `<85>1 2026-11-25T20:15:30.250Z redspot-1 Redspot 4711 DICOM+RFC3881 - \uFEFF${record("one").xml}`,
    );
  });

  for (const how of ["reset", "end"] as const) {
    test(`which leaves in the middle of a batch by ${how} gets it again: none is lost, and doubles are told by their identifiers`, async () => {
      receiver.messages.length = 0;
      const batch = Array.from({ length: 400 }, (_, index) => record(`m${index}`));
      receiver.leaveAfter(100_000, how);
      await assert.rejects(to(receiver.port).deliver(batch), { code: "AUDIT_UNREACHABLE" });
      const before = receiver.messages.length;
      assert.ok(before > 0 && before < 400, `${before}`);
      receiver.leaveAfter();
      await to(receiver.port).deliver(batch);
      assert.equal(receiver.messages.length, before + 400);
      assert.equal(new Set(idsOf(receiver.messages)).size, 400);
    });
  }

  test("without Redspot's certificate, or with one of another authority, nothing is delivered", async () => {
    const other = await certificateAuthority("elsewhere");
    writeFileSync(path("other.crt"), other.certificate);
    receiver.messages.length = 0;
    for (const changes of [{ certificate: undefined, key: undefined }, { ca: path("other.crt") }]) {
      await assert.rejects(to(receiver.port, changes).deliver([record("x")]), { code: "AUDIT_UNTRUSTED" });
    }
    await assert.rejects(to(receiver.port, { ca: path("none") }).deliver([record("x")]), {
      code: "AUDIT_UNTRUSTED",
      message: /\(ENOENT\)/,
    });
    assert.deepEqual(receiver.messages, []);
  });

  test("under another name than its certificate's is not believed", async () => {
    const named = await authority.issue({ commonName: "x", names: [{ type: "dns", value: "elsewhere.example" }] });
    const impostor = await startSyslogReceiver({ ...server, cert: named.certificate, key: named.key });
    await assert.rejects(to(impostor.port).deliver([record("x")]), { code: "AUDIT_UNTRUSTED" });
    await impostor.close();
  });

  test("that is away, or says nothing, is said to be so", async () => {
    await assert.rejects(to(await freePort()).deliver([record("x")]), { code: "AUDIT_UNREACHABLE" });
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as { port: number };
    const impatient = new SyslogTls({ host: "127.0.0.1", port, answerWithinMs: 50, settleMs: 20 }, files);
    await assert.rejects(impatient.deliver([record("x")]), { code: "AUDIT_UNREACHABLE" });
    mute.close();
  });
});

test("rsyslog takes them, and answers the end of a connection as a receiver has to", {
  skip:
    hasProgram("rsyslogd") && globSync("/usr/lib/*/rsyslog/lmnsd_gtls.so").length > 0
      ? false
      : "no rsyslog with TLS here",
}, async () => {
  const port = await freePort();
  const log = path("received");
  writeFileSync(
    path("rsyslog.conf"),
    [
      `global(workDirectory="${folder.path}" maxMessageSize="64k" defaultNetstreamDriver="gtls"`,
      `  defaultNetstreamDriverCAFile="${files.ca}" defaultNetstreamDriverCertFile="${path("arr.crt")}"`,
      `  defaultNetstreamDriverKeyFile="${path("arr.key")}" parser.escapeControlCharactersOnReceive="off")`,
      'module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="x509/name" permittedPeer="redspot")',
      `input(type="imtcp" port="${port}" address="127.0.0.1")`,
      'template(name="whole" type="string" string="%pri% %msgid% %app-name% %procid% %msg%\\n")',
      `action(type="omfile" file="${log}" template="whole")`,
    ].join("\n"),
  );
  const rsyslog = await startProgram({
    name: "rsyslog",
    command: findProgram("rsyslogd", "rsyslog-gnutls"),
    args: ["-n", "-f", path("rsyslog.conf"), "-i", path("rsyslog.pid")],
    logFile: path("rsyslog.log"),
  });
  try {
    const to = new SyslogTls({ host: "127.0.0.1", port, answerWithinMs: 10_000 }, files);
    await waitUntil(
      () =>
        to.deliver([]).then(
          () => true,
          () => false,
        ),
      { what: "rsyslog listens", timeoutSeconds: 20, programs: [rsyslog] },
    );
    const batch = Array.from({ length: 200 }, (_, index) => record(`r${index}`));
    await to.deliver(batch);
    await waitUntil(async () => idsIn(log).length >= 200, { what: "rsyslog has written all", timeoutSeconds: 10 });
    assert.deepEqual(
      idsIn(log),
      batch.map(({ id }) => id),
    );
    const [line = ""] = readFileSync(log, "utf8").split("\n");
    assert.ok(line.startsWith("85 DICOM+RFC3881 Redspot 4711 "), line.slice(0, 80));
    assert.ok(line.includes(batch[0]!.xml));
  } finally {
    await rsyslog.stop();
  }
});

function idsIn(file: string): (string | undefined)[] {
  try {
    return idsOf(readFileSync(file, "utf8").trimEnd().split("\n"));
  } catch {
    return [];
  }
}

test("where audit messages go is said by an address", () => {
  assert.deepEqual(parseAuditAddress("syslog-tls://arr.example"), {
    kind: "syslog-tls",
    host: "arr.example",
    port: 6514,
  });
  assert.deepEqual(parseAuditAddress("syslog-tls://[::1]:7000"), { kind: "syslog-tls", host: "::1", port: 7000 });
  assert.deepEqual(parseAuditAddress("file:///var/log/a%20b.jsonl"), { kind: "file", path: "/var/log/a b.jsonl" });
  for (const wrong of [
    "",
    "arr:6514",
    "syslog://arr",
    "syslog-tls://",
    "syslog-tls://u@arr",
    "file://x/y",
    "file:///",
  ]) {
    assert.throws(() => parseAuditAddress(wrong), RangeError, wrong);
  }
});
