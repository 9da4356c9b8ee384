import assert from "node:assert/strict";
import { test } from "node:test";
import { PatientDirectory, type StudyIdentity } from "./patient-directory.ts";

const identity = (patientName: string): StudyIdentity => ({
  patientName,
  patientID: null,
  patientBirthDate: null,
  patientSex: null,
  accessionNumber: null,
  studyDescription: null,
});

function directory(answers: Record<string, StudyIdentity | "away">) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const find = async (study: string) => {
    asked.push(study);
    const answer = answers[study];
    if (answer === "away") throw new Error("away");
    return answer;
  };
  return { asked, clock, answers, of: new PatientDirectory({ find, now: () => new Date(clock.now) }) };
}

test("the PACS is asked once a minute about a study, known to it or not", async () => {
  const { asked, clock, of } = directory({ "1.1": identity("One") });
  const { pacs, studies } = await of.lookUp(["1.1", "1.2"]);
  assert.equal(pacs, "answers");
  assert.deepEqual([...studies], [["1.1", identity("One")]]);
  clock.now = 59_999;
  await of.lookUp(["1.1", "1.2"]);
  assert.deepEqual(asked.sort(), ["1.1", "1.2"]);
  clock.now = 60_000;
  await of.lookUp(["1.1"]);
  assert.equal(asked.length, 3);
});

test("a PACS that is away is not asked again for some seconds, and what was known is still told while it is fresh", async () => {
  const { asked, clock, answers, of } = directory({ "1.1": identity("One"), "1.2": "away" });
  await of.lookUp(["1.1"]);
  const { pacs, studies } = await of.lookUp(["1.1", "1.2"]);
  assert.equal(pacs, "away");
  assert.deepEqual([...studies.keys()], ["1.1"]);
  const before = asked.length;
  assert.equal((await of.lookUp(["1.2"])).pacs, "away");
  assert.equal(asked.length, before);
  answers["1.2"] = identity("Two");
  clock.now = 5_000;
  const again = await of.lookUp(["1.2"]);
  assert.equal(again.pacs, "answers");
  assert.deepEqual([...again.studies.keys()], ["1.2"]);
});

test("no more than four questions are under way at a time", async () => {
  let [running, most] = [0, 0];
  const find = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return undefined;
  };
  const uids = Array.from({ length: 20 }, (_, index) => `1.${index}`);
  await new PatientDirectory({ find, now: () => new Date(0) }).lookUp(uids);
  assert.equal(most, 4);
});
