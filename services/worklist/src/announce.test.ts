import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CircuitOpen } from "@redspot/dicomweb";
import { Hl7Error } from "@redspot/hl7";
import { JOB_FAILURES, NotYet, type ReportState, type Workitem } from "@redspot/queue";
import type { Announcement as KeptAnnouncement } from "@redspot/recovery";
import { aFinding, aSource, STUDY } from "@redspot/sr/report-fixture";
import { acknowledge } from "@redspot/testbed";
import { type Finding, inShort, type Outcome } from "@redspot/triage";
import { announcingWith } from "./announce.ts";
import { isReceiverAway } from "./announcement-failure.ts";

interface World {
  findings?: Finding[];
  outcomes?: Outcome[];
  readable?: boolean;
  pacs?: "knows" | "does not know" | "is away";
  exchange?: (message: string) => Promise<string>;
}

function world({
  findings = [aFinding()],
  outcomes = ["fracture", "no-fracture", "inconclusive", "not-analysed"],
  readable = true,
  pacs = "knows",
  exchange = async (message) => acknowledge(message),
}: World = {}) {
  const sent: string[] = [];
  const told = new Map<string, KeptAnnouncement>();
  const place = { report: { state: "stored", sopInstanceUID: "2.25.1" } as ReportState };
  const busy = new Set<string>();
  const announce = announcingWith({
    findings: { get: async (_study, revision) => findings.find((one) => one.revision === revision) },
    list: {
      get: async () => {
        const latest = findings.at(-1);
        return { finding: latest && inShort(latest), ...place } as Workitem;
      },
    },
    records: {
      announcement: async (_study, revision, what = "announced") => told.get(`${what}-${revision}`),
      keepAnnouncement: async (_study, revision, kept, what = "announced") =>
        void told.set(`${what}-${revision}`, kept),
    },
    readHeader: async () => (readable ? aSource() : undefined),
    findPatient: async () => {
      if (pacs === "is away") throw new Error("Müller");
      return pacs === "knows" ? aSource() : undefined;
    },
    exchange: async (message, read) => {
      sent.push(message);
      read(await exchange(message));
    },
    aloneWith: async (study, work) => {
      if (busy.has(study)) return undefined;
      busy.add(study);
      return work().finally(() => busy.delete(study));
    },
    sender: {
      ...{ messageType: "ORU^R01", sendingApplication: "REDSPOT", serialNumber: "1" },
      ...{ characterSet: "UNICODE UTF-8", language: "en-GB" },
    },
    outcomes: new Set(outcomes),
    now: () => new Date("2026-03-29T02:00:00Z"),
    utcOffsetAt: () => "+0000",
  });
  return { sent, place, announce: (revision = 1) => announce({ studyInstanceUID: STUDY, revision }) };
}

describe("announcing", () => {
  test("what was acknowledged is not sent again", async () => {
    const { sent, announce } = world();
    assert.equal((await announce()).outcome, "announced");
    assert.equal((await announce()).outcome, "already announced");
    assert.equal(sent.length, 1);
  });

  test("that a report was given up is taken back once, when it is in the PACS after all", async () => {
    const { sent, place, announce } = world();
    place.report = { state: "failed", code: "PACS_REFUSED", retrying: false };
    assert.equal((await announce()).outcome, "announced");
    assert.equal((await announce()).outcome, "already announced");
    place.report = { state: "stored", sopInstanceUID: "2.25.1" };
    assert.equal((await announce()).outcome, "corrected");
    assert.equal((await announce()).outcome, "already announced");
    const [first = "", second = "", ...more] = sent;
    assert.deepEqual(more, []);
    const field = (message: string, segment: string, at: number) =>
      message
        .split("\r")
        .find((line) => line.startsWith(`${segment}|`))
        ?.split("|")[at];
    assert.deepEqual([field(first, "OBR", 25), field(second, "OBR", 25)], ["P", "C"]);
    assert.notEqual(field(first, "MSH", 9), field(second, "MSH", 9));
    assert.match(first, /not in the archive \(PACS_REFUSED\)/);
    assert.doesNotMatch(second, /not in the archive/);
    assert.doesNotMatch(first, /2\.25\.1\^ISO/);
    assert.match(second, /2\.25\.1\^ISO/);
    assert.doesNotMatch(second.replace(/^OBR.*$/m, ""), /\|C\|/, "no result was ever final");
  });

  test("what a newer finding has overtaken is left out", async () => {
    const { sent, announce } = world({ findings: [aFinding(), aFinding({ revision: 2 })] });
    assert.equal((await announce(1)).outcome, "superseded");
    assert.equal((await announce(2)).outcome, "announced");
    assert.equal(sent.length, 1);
  });

  test("while a message is under way, none about a newer finding of the study overtakes it", async () => {
    const findings = [aFinding()];
    const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { sent, announce } = world({
      findings,
      async exchange(message) {
        asked.resolve();
        await answer.promise;
        return acknowledge(message);
      },
    });
    const first = announce(1);
    await asked.promise;
    findings.push(aFinding({ revision: 2 }));
    await assert.rejects(announce(2), (error: unknown) => error instanceof NotYet && error.waitMs > 0);
    assert.equal(sent.length, 1);
    answer.resolve();
    assert.equal((await first).outcome, "announced");
    assert.equal((await announce(2)).outcome, "announced");
    assert.equal(sent.length, 2);
  });

  test("a message that fails lets others about its study go ahead", async () => {
    let fails = true;
    const exchange = async (message: string) => acknowledge(message, fails ? "AE" : "AA");
    const { announce } = world({ findings: [aFinding()], exchange });
    await assert.rejects(announce(1), { code: "HL7_FAILED" });
    fails = false;
    assert.equal((await announce(1)).outcome, "announced");
  });

  test("of the outcomes that are asked for, and of what supersedes one of them", async () => {
    const [fracture, none] = [aFinding(), aFinding({ probability: 0.1 })];
    const outcomeOf = (findings: Finding[]) =>
      world({ findings, outcomes: ["fracture"] })
        .announce(findings.length)
        .then(({ outcome }) => outcome);
    assert.equal(await outcomeOf([none]), "not wanted");
    assert.equal(await outcomeOf([fracture]), "announced");
    assert.equal(await outcomeOf([fracture, { ...none, revision: 2 }]), "announced");
    assert.equal(await outcomeOf([none, { ...none, revision: 2 }]), "not wanted");
    assert.equal(await outcomeOf([fracture, { ...none, revision: 2 }, { ...none, revision: 3 }]), "announced");
  });

  test("the patient comes from the PACS where the spool has no image any more", async () => {
    const { sent, announce } = world({ readable: false });
    await announce();
    assert.match(sent[0]!, /\rPID\|1\|\|P1\^/);
    await assert.rejects(world({ readable: false, pacs: "does not know" }).announce(), { code: "NO_SOURCE" });
    await assert.rejects(world({ readable: false, pacs: "is away" }).announce(), { code: "PACS_UNREACHABLE" });
    await assert.rejects(world({ findings: [] }).announce(), { code: "FINDING_MISSING" });
  });

  test("what cannot be written in the receiver's character set fails by its own code", async () => {
    const exchange = () => Promise.reject(new Hl7Error("UNWRITABLE", "PID-3"));
    await assert.rejects(world({ exchange }).announce(), { code: "HL7_UNWRITABLE", message: /PID-3$/ });
  });

  test("every failure has its code, and no patient in its words", async () => {
    for (const [exchange, code] of [
      [(message: string) => acknowledge(message, "AE", { text: "Müller" }), "HL7_FAILED"],
      [(message: string) => acknowledge(message, "AR", { text: "Müller" }), "HL7_REFUSED"],
      [() => acknowledge("MSH|^~\\&|||||||Müller|Müller|"), "HL7_UNCLEAR"],
      [() => "Müller", "HL7_UNCLEAR"],
      [() => Promise.reject(new Hl7Error("TIMED_OUT")), "HL7_UNREACHABLE"],
      [() => Promise.reject(new Hl7Error("UNREACHABLE")), "HL7_UNREACHABLE"],
      [() => Promise.reject(new Hl7Error("UNTRUSTED")), "HL7_UNTRUSTED"],
    ] as const) {
      const failure = await world({ exchange: async (message) => exchange(message) })
        .announce()
        .then(
          () => assert.fail("it was announced"),
          (error: Error & { code: string }) => error,
        );
      assert.equal(failure.code, code);
      assert.doesNotMatch(`${failure.message}`, /Müller/);
    }
  });

  test("while the receiver is left in peace, all wait for as long", async () => {
    const failing = world({ exchange: () => Promise.reject(new CircuitOpen(4321)) }).announce();
    await assert.rejects(failing, { code: "HL7_UNREACHABLE", retryAfterMs: 4321 });
  });

  test("the receiver counts as away for what no message can help", () => {
    const away = (["UNREACHABLE", "TIMED_OUT", "UNTRUSTED", "UNCLEAR", "FAILED", "REFUSED"] as const).map((code) =>
      isReceiverAway(new Hl7Error(code)),
    );
    assert.deepEqual(away, [true, true, true, false, false, false]);
    assert.equal(JOB_FAILURES.HL7_FAILED.retry, true);
  });
});
