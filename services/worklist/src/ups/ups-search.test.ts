import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dataSetOf, readDicomJson, tagOf, text } from "@redspot/dicom";
import { findingOf } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { PERFORMED, TestUps } from "./test-ups.ts";

const ups = new TestUps();
const LOCK = "2.25.7";
const POLICY = { headStartMs: 4 * 3_600_000 };

function flagged(studyInstanceUID: string) {
  const image = { sopInstanceUID: `${studyInstanceUID}.1.1`, sopClassUID: "1.2.840.10008.5.1.4.1.1.1" };
  return findingOf({
    studyInstanceUID,
    revision: 1,
    instances: [{ ...image, analysed: true, logit: 2, probability: 0.9, activationMap: new Array(64).fill(0) }],
    model: EXAMPLE_MODEL,
    softwareVersion: "1",
    analysedAt: new Date(0),
  });
}

describe("Search", () => {
  test("204: nothing matches", async () => {
    const response = await ups.send("GET", "/workitems?SOPInstanceUID=9.9.9");
    assert.deepEqual([response.statusCode, response.body], [204, ""]);
  });

  test("finds what matches every key, in reading order, by keyword and by tag", async () => {
    const [first, second, third, fourth] = [
      await ups.arrive(),
      await ups.arrive(),
      await ups.arrive(),
      await ups.arrive(),
    ];
    const all = [first, second, third, fourth].map(({ study }) => study).join(",");
    await ups.list.place(flagged(third.study), POLICY);
    await ups.changeState(second.workitem, "IN PROGRESS", LOCK);
    await ups.list.complete(fourth.study, { by: "token:anna", at: 1 });
    assert.deepEqual(await ups.find(`SOPInstanceUID=${first.workitem},${third.workitem}`), [
      first.workitem,
      third.workitem,
    ]);
    assert.deepEqual(await ups.find("ProcedureStepState=IN PROGRESS"), [second.workitem]);
    assert.deepEqual(await ups.find("00741000=IN PROGRESS&00741200=HIGH"), []);
    assert.deepEqual(await ups.find("ProcedureStepState=SCHEDULED&ScheduledProcedureStepPriority=HIGH"), [
      third.workitem,
    ]);
    assert.deepEqual((await ups.find("ProcedureStepState=SCHEDULED")).slice(0, 2), [third.workitem, first.workitem]);
    assert.deepEqual(await ups.find("ProcedureStepState=COMPLETED"), [fourth.workitem]);
    assert.deepEqual(await ups.find("ScheduledWorkitemCodeSequence.CodeValue=110006"), []);
    assert.equal((await ups.find("00404018.00080100=110005&00404018.00080102=DCM")).length, 4);
    assert.deepEqual(await ups.find(`StudyInstanceUID=${second.study}`), [second.workitem]);
    assert.equal((await ups.find(`InputInformationSequence.StudyInstanceUID=${all}`)).length, 4);
    assert.equal((await ups.find(`ReferencedRequestSequence.StudyInstanceUID=${all}`)).length, 4);
    assert.deepEqual(await ups.find("ProcedureStepLabel=radio*"), []);
    assert.equal((await ups.find("ProcedureStepLabel=Radio*read")).length, 4);
    assert.equal((await ups.find("ScheduledProcedureStepStartDateTime=20200101-")).length, 4);
    assert.equal((await ups.find("ScheduledProcedureStepStartDateTime=-20200101")).length, 0);
  });

  test("206 with a Warning where there are more; offset and limit page through", async () => {
    const whole = await ups.find("");
    const response = await ups.send("GET", "/workitems?limit=2");
    assert.equal(response.statusCode, 206);
    assert.equal(
      response.headers.warning,
      "299 http://list.example/ups-rs: There are additional results that can be requested.",
    );
    assert.deepEqual(await ups.find("limit=2"), whole.slice(0, 2));
    assert.deepEqual(await ups.find("limit=2&offset=2"), whole.slice(2, 4));
    const rest = await ups.send("GET", `/workitems?limit=2&offset=${whole.length - 2}`);
    assert.deepEqual([rest.statusCode, rest.headers.warning], [200, undefined]);
    assert.equal((await ups.send("GET", `/workitems?offset=${whole.length}`)).statusCode, 204);
  });

  test("200 with a Warning: fuzzy matching is not done", async () => {
    const response = await ups.send("GET", "/workitems?fuzzymatching=true");
    assert.equal(
      response.headers.warning,
      "299 http://list.example/ups-rs: The fuzzymatching parameter is not supported. Only literal matching has been performed.",
    );
  });

  test("returns what PS3.4 has as return keys, and by includefield the rest", async () => {
    const { workitem } = await ups.arrive();
    const performed = tagOf("UnifiedProcedureStepPerformedProcedureSequence");
    await ups.changeState(workitem, "IN PROGRESS", LOCK);
    await ups.send("POST", `/workitems/${workitem}?transaction-uid=${LOCK}`, PERFORMED);
    const tags = async (query: string) => {
      const response = await ups.send("GET", `/workitems?SOPInstanceUID=${workitem}${query}`);
      return Object.keys(response.json()[0]);
    };
    for (const keyword of ["PatientName", "InputInformationSequence", "ReferencedRequestSequence", "WorklistLabel"]) {
      assert.ok((await tags("")).includes(tagOf(keyword)), keyword);
    }
    assert.ok(!(await tags("")).includes(performed));
    assert.ok((await tags("&includefield=UnifiedProcedureStepPerformedProcedureSequence")).includes(performed));
    assert.ok((await tags(`&includefield=WorklistLabel,${performed}`)).includes(performed));
    assert.ok((await tags("&includefield=all")).includes(performed));
  });

  test("by patient the PACS is asked; 503 while it does not answer", async () => {
    const { study, workitem } = await ups.arrive();
    ups.patients.set(study, dataSetOf({ StudyInstanceUID: study, PatientID: "P7", AccessionNumber: "A7" }));
    ups.patients.set(ups.newUid(), dataSetOf({ StudyInstanceUID: "1.9", PatientID: "P7" }));
    assert.deepEqual(await ups.find("PatientID=P7"), [workitem]);
    assert.deepEqual(await ups.find("ReferencedRequestSequence.AccessionNumber=A7"), [workitem]);
    assert.deepEqual(await ups.find("PatientID=P7&ProcedureStepState=COMPLETED"), []);
    const [one] = (await ups.send("GET", "/workitems?PatientID=P7")).json();
    assert.equal(text(readDicomJson(one), "PatientID"), "P7");
    ups.isPacsAway = true;
    const response = await ups.send("GET", "/workitems?PatientID=P8");
    ups.isPacsAway = false;
    assert.deepEqual([response.statusCode, response.json().code], [503, "PACS_AWAY"]);
  });

  test("what is waited for is found too", async () => {
    const uid = ups.newUid();
    await ups.create({ StudyInstanceUID: ups.newUid(), WorklistLabel: "Orders" }, uid);
    assert.deepEqual(await ups.find("WorklistLabel=Orders"), [uid]);
    assert.deepEqual(await ups.find("InputReadinessState=INCOMPLETE&WorklistLabel=Orders"), [uid]);
  });

  test("400: what is no attribute, or no number", async () => {
    for (const query of ["Nonsense=1", "includefield=Nonsense", "limit=-1", "offset=x", "0040401=1", "a.b=1"]) {
      const response = await ups.send("GET", `/workitems?${query}`);
      assert.deepEqual([response.statusCode, response.json().status], [400, "0106"], query);
    }
  });
});
