/**
 * What is audited in a running installation, delivered to a receiver of syslog over TLS that is away, comes back, breaks
 * off in the middle, and stays: each message is valid by the schema of PS3.15 A.5, none is lost, and doubles are told by
 * their identifiers.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { schemaMistake } from "@redspot/audit/schema-check";
import { readPart10, text } from "@redspot/dicom";
import { makeStudy } from "@redspot/phantom";
import {
  certificateAuthority,
  freePort,
  type SyslogReceiver,
  startSyslogReceiver,
  waitUntil,
  workFolder,
} from "@redspot/testbed";
import { type Installation, startInstallation } from "./installation.ts";

const matrix = { rows: 600, columns: 500 };
const study = makeStudy({ seed: 71, views: ["lateral"], imageClass: "CR", matrix });
const uid = study.studyInstanceUID;

describe("the audit trail of a running installation", () => {
  const folder = workFolder("audit");
  let installation: Installation;
  let receiver: SyslogReceiver;
  let all: string[] = [];

  const idOf = (message: string) =>
    /ParticipantObjectID="([^"]+)"[^>]*Role="20"><ParticipantObjectIDTypeCode csd-code="audit-event"/.exec(
      message,
    )?.[1];
  const of = (type: string) => [
    ...new Map(all.filter((one) => one.includes(`csd-code="${type}"`)).map((one) => [idOf(one), one])).values(),
  ];
  const urlOf = (name: "stow" | "worklist") => installation.redspot.services[name].url;
  const ask = (path: string, init: RequestInit = {}, base = urlOf("worklist"), credentials = installation.token) =>
    fetch(`${base}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${credentials}`, ...(init.headers as Record<string, string>) },
    });
  const act = async (method: string, what: string, body?: object) => {
    const response = await ask(`/studies/${uid}/${what}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    assert.equal(response.status, 200, what);
  };
  const signIn = (given: string) =>
    fetch(`${urlOf("worklist")}/session`, {
      method: "POST",
      body: JSON.stringify({ token: given }),
      headers: { "content-type": "application/json" },
    });

  before(async () => {
    const authority = await certificateAuthority("hospital");
    const [own, arr] = await Promise.all([
      authority.issue({ commonName: "redspot" }),
      authority.issue({ commonName: "arr", names: [{ type: "ip", value: "127.0.0.1" }] }),
    ]);
    const file = (name: string, content: string) => {
      writeFileSync(join(folder.path, name), content);
      return join(folder.path, name);
    };
    const port = await freePort();
    installation = await startInstallation({
      environment: {
        REDSPOT_AUDIT_TO: `syslog-tls://127.0.0.1:${port}`,
        REDSPOT_AUDIT_CA: file("ca.crt", authority.certificate),
        REDSPOT_AUDIT_CERTIFICATE: file("tls.crt", own.certificate),
        REDSPOT_AUDIT_KEY: file("tls.key", own.key),
        REDSPOT_AUDIT_SITE: "North",
      },
    });

    // The receiver is away: nobody notices.
    for (const _ of ["new", "again"]) await installation.push(study);
    await installation.allReported(1);
    assert.equal((await signIn(installation.token)).status, 204);
    for (let n = 0; n < 5; n += 1) assert.equal((await signIn(`wrong-${n}`)).status, 401);
    assert.equal((await ask("/studies", { method: "POST" }, urlOf("stow"), "nobody's")).status, 401);
    for (const _ of ["first", "again"]) assert.equal((await ask(`/studies/${uid}`)).status, 200);
    assert.equal((await ask(`/patients?study=${uid}`)).status, 200);
    assert.equal((await ask("/ups-rs/workitems?PatientName=Nobody")).status, 204);
    await act("POST", "take");
    await act("POST", "pin", { why: "in pain" });
    await act("POST", "verdict", { verdict: "fracture" });
    await act("POST", "complete");
    await installation.redspot.restart("worklist");
    await installation.redspot.ready("worklist");

    // It comes back, leaves every connection in the middle, and stays at last.
    receiver = await startSyslogReceiver(
      { cert: arr.certificate, key: arr.key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true },
      port,
    );
    receiver.leaveAfter(3_000);
    await waitUntil(async () => receiver.departures > 0 && receiver.messages.length > 0, {
      what: "a connection was broken off",
      timeoutSeconds: 90,
      programs: installation.programs(),
    });
    receiver.leaveAfter();
    await waitUntil(async () => (await waiting()) === 0, {
      what: "all is delivered",
      timeoutSeconds: 120,
      programs: installation.programs(),
    });
    all = [...receiver.messages];
  });

  after(async () => {
    await installation?.stop();
    await receiver?.close();
    folder.remove();
  });

  async function waiting(): Promise<number> {
    const headers = { authorization: `Bearer ${installation.token}` };
    const text = await (await fetch(`${installation.redspot.services.worklist.adminUrl}/metrics`, { headers })).text();
    const states = [...text.matchAll(/redspot_queue_jobs\{queue="audit",state="(?:waiting|delayed|active)"\} (\d+)/g)];
    assert.equal(states.length, 3);
    return states.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  test("each message is valid by the schema of PS3.15 A.5.1, and one of RFC 5424", () => {
    for (const message of all) {
      const [, xml = ""] = /^<85>1 \S+ \S+ Redspot \d+ DICOM\+RFC3881 - \uFEFF(<AuditMessage>.*)$/.exec(message) ?? [];
      assert.equal(schemaMistake(xml), undefined, message);
      assert.ok(xml.includes('AuditEnterpriseSiteID="North" AuditSourceID="Redspot"'));
    }
  });

  test("everything that happened is told, each once by its identifier", () => {
    const counts = Object.fromEntries(
      "110120 110121 receive analyse report view names search take pin verdict complete 110122 110126"
        .split(" ")
        .map((type) => [type, of(type).length]),
    );
    assert.deepEqual(counts, {
      // Three services, and the worklist once more.
      "110120": 4,
      "110121": 1,
      receive: 2,
      analyse: 1,
      report: 1,
      view: 1,
      names: 1,
      search: 1,
      take: 1,
      pin: 1,
      verdict: 1,
      complete: 1,
      // One that came in, the first that did not, and then how many more, told as the process ended.
      "110122": 3,
      "110126": 1,
    });
    const ids = all.map(idOf);
    assert.ok(ids.every((id) => id !== undefined));
    assert.ok(new Set(ids).size < ids.length, "what was broken off came again");
  });

  test("what was new, and what was there before; who was refused, and how often", () => {
    const actions = of("receive").map((one) => /EventActionCode="(.)"/.exec(one)?.[1]);
    assert.deepEqual(actions.toSorted(), ["C", "R"]);
    const signIns = of("110122").map((one) => [
      /EventOutcomeIndicator="(\d+)"/.exec(one)?.[1],
      /<EventOutcomeDescription>(.*?)</.exec(one)?.[1],
    ]);
    assert.deepEqual(signIns.toSorted(), [
      ["0", undefined],
      ["4", "UNAUTHORIZED"],
      ["4", "UNAUTHORIZED 4 times within a minute"],
    ]);
  });

  test("messages about a study name its patient, as the image does; no other message does", () => {
    const header = readPart10(study.instances[0]!.bytes, { stopBefore: "PixelData" }).dataSet;
    const [PatientName, PatientID] = [text(header, "PatientName"), text(header, "PatientID")] as [string, string];
    for (const type of ["receive", "analyse", "report", "view", "take", "pin", "verdict", "complete"]) {
      for (const one of of(type)) {
        assert.ok(one.includes(`ParticipantObjectID="${PatientID}"`), type);
        assert.ok(one.includes(`<ParticipantObjectName>${PatientName}</ParticipantObjectName>`), type);
        assert.ok(one.includes(`ParticipantObjectID="${uid}"`), type);
      }
    }
    for (const type of ["names", "search", "110122", "110126", "110120"]) {
      for (const one of of(type)) assert.ok(!one.includes(PatientID), type);
    }
  });
});
