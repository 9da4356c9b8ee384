import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DicomWebClient } from "@redspot/dicomweb";
import { makeStudy } from "@redspot/phantom";
import { politely } from "@redspot/sweep";
import { freePort, type RunningOrthanc, startOrthanc } from "@redspot/testbed";
import { reportsInPacs } from "./reports-in-pacs.ts";

let orthanc: RunningOrthanc;

before(async () => {
  orthanc = await startOrthanc();
});

after(() => orthanc.stop());

const asking = (url: string) => reportsInPacs(new DicomWebClient({ url }), politely({ tries: 1 }));

test("a real PACS tells what it holds of a study, and nothing of one that it has not", async () => {
  const study = makeStudy({ seed: 3, views: ["lateral"], matrix: { rows: 60, columns: 50 } });
  const client = new DicomWebClient({ url: orthanc.dicomWebUrl });
  await client.storeInstances(study.instances.map(({ bytes }) => bytes));
  const pacs = asking(orthanc.dicomWebUrl);
  assert.deepEqual(
    await pacs.instancesOf(study.studyInstanceUID),
    study.instances.map(({ sopInstanceUID }) => sopInstanceUID),
  );
  assert.ok(((await pacs.instancesOf("1.2.3")) ?? []).length === 0);
});

test("a PACS that is away is an error: nothing may be made of it", async () => {
  const away = asking(`http://127.0.0.1:${await freePort()}`);
  await assert.rejects(away.instancesOf("1.2.3"), { code: "UNREACHABLE" });
});
