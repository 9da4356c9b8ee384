import assert from "node:assert/strict";
import { test } from "node:test";
import { DicomWebError } from "@redspot/dicomweb";
import { Metrics } from "@redspot/runtime";
import { definitions } from "./metrics.ts";
import { observedPacs } from "./observed-pacs.ts";
import { reportFailure } from "./report-failure.ts";

function observed(answer: () => Promise<boolean>) {
  const metrics = new Metrics("test", definitions);
  const clock = { now: 0 };
  const asked: string[] = [];
  const pacs = observedPacs(
    {
      store: async () => void (await answer()),
      holds: async (study) => {
        asked.push(study);
        return (await answer()) ? { sopClassUID: undefined } : undefined;
      },
      findStudy: async () => undefined,
      findPatient: async () => undefined,
      findStudies: async () => {
        throw new DicomWebError("REFUSED", "the peer answered 400", 400);
      },
    },
    metrics,
    () => clock.now,
  );
  const line = async (start: string) => (await metrics.text()).split("\n").find((one) => one.startsWith(start));
  return { pacs, clock, asked, line };
}

test("a quiet PACS is asked for what it does not have, once a minute at most", async () => {
  const { clock, asked, line } = observed(async () => false);
  assert.equal(await line("redspot_pacs_up"), "redspot_pacs_up 1");
  await line("redspot_pacs_up");
  assert.deepEqual(asked, ["2.25.0"]);
  clock.now = 61_000;
  await line("redspot_pacs_up");
  assert.equal(asked.length, 2);
});

test("it is away when it has not answered, and there when it has refused", async () => {
  let failure = reportFailure("PACS_UNREACHABLE");
  const { pacs, line } = observed(async () => {
    throw failure;
  });
  await assert.rejects(pacs.store("1.2", "1.2.3", new Uint8Array()), { code: "PACS_UNREACHABLE" });
  assert.equal(await line("redspot_pacs_up"), "redspot_pacs_up 0");
  failure = reportFailure("PACS_REFUSED");
  await assert.rejects(pacs.store("1.2", "1.2.3", new Uint8Array()), { code: "PACS_REFUSED" });
  assert.equal(await line("redspot_pacs_up"), "redspot_pacs_up 1");
  assert.match((await line('redspot_pacs_requests_total{operation="store",outcome="failed"}')) ?? "", / 1$/);
  assert.match((await line('redspot_pacs_requests_total{operation="store",outcome="answered"}')) ?? "", / 1$/);
  failure = reportFailure("PACS_UNREACHABLE");
  await assert.rejects(pacs.store("1.2", "1.2.3", new Uint8Array()));
  await assert.rejects(pacs.findStudies({ PatientName: "[" }), { code: "REFUSED" });
  assert.equal(await line("redspot_pacs_up"), "redspot_pacs_up 1", "a search that it refuses is answered too");
});
