import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dataSetOf, items, text, texts, values } from "@redspot/dicom";
import type { LightMyRequestResponse } from "fastify";
import { creation, PERFORMED, TestUps } from "./test-ups.ts";

const ups = new TestUps();
const LOCK = "2.25.7";

/** Asserts status, and the Warning's text, of an answer; a failure says its status of PS3.4 in the body. */
function answered(response: LightMyRequestResponse, http: number, status?: string, warning?: string): void {
  assert.equal(response.statusCode, http, response.body);
  const given = response.headers.warning;
  assert.equal(given, warning === undefined ? undefined : `299 http://list.example/ups-rs: ${warning}`);
  if (status !== undefined) assert.equal(response.json().status, status);
}

const about = (study: string) => ({ InputInformationSequence: [dataSetOf({ StudyInstanceUID: study })] });

describe("Retrieve", () => {
  test("200: a study that has arrived is a workitem: what is to be read, and where it is", async () => {
    const { study, workitem } = await ups.arrive();
    const response = await ups.send("GET", `/workitems/${workitem}`);
    assert.equal(response.headers["content-type"], "application/dicom+json; charset=utf-8");
    assert.equal(response.headers["content-location"], `http://list.example/ups-rs/workitems/${workitem}`);
    const dataSet = await ups.retrieve(workitem);
    assert.equal(text(dataSet, "SOPClassUID"), "1.2.840.10008.5.1.4.34.6.1");
    assert.equal(text(dataSet, "ProcedureStepState"), "SCHEDULED");
    assert.equal(text(dataSet, "ScheduledProcedureStepPriority"), "MEDIUM");
    assert.equal(text(dataSet, "InputReadinessState"), "INCOMPLETE", "the study may still grow");
    const [code] = items(dataSet, "ScheduledWorkitemCodeSequence");
    assert.deepEqual(
      ["CodeValue", "CodingSchemeDesignator", "CodeMeaning"].map((keyword) => text(code!, keyword)),
      ["110005", "DCM", "Interpretation"],
    );
    const [input] = items(dataSet, "InputInformationSequence");
    assert.deepEqual([text(input!, "StudyInstanceUID"), text(input!, "SeriesInstanceUID")], [study, `${study}.1`]);
    assert.equal(text(items(input!, "ReferencedSOPSequence")[0]!, "ReferencedSOPInstanceUID"), `${study}.1.1`);
    assert.equal(
      text(items(input!, "WADORSRetrievalSequence")[0]!, "RetrieveURL"),
      `https://pacs.example/dicom-web/studies/${study}/series/${study}.1`,
    );
    assert.ok(!response.body.includes("00081195"), "a Transaction UID is its owner's alone");
    await ups.ledger.closeRevision(study, 1, 0);
    assert.equal(text(await ups.retrieve(workitem), "InputReadinessState"), "READY");
  });

  test("patient and request are the PACS's; where it does not answer they are there, and empty", async () => {
    const { study, workitem } = await ups.arrive();
    assert.deepEqual(values(await ups.retrieve(workitem), "PatientName"), []);
    const other = await ups.arrive();
    ups.patients.set(
      other.study,
      dataSetOf({ StudyInstanceUID: other.study, PatientName: "Secret^Jane", PatientID: "P1", AccessionNumber: "A1" }),
    );
    const dataSet = await ups.retrieve(other.workitem);
    assert.deepEqual([text(dataSet, "PatientName"), text(dataSet, "PatientID")], ["Secret^Jane", "P1"]);
    assert.equal(text(items(dataSet, "ReferencedRequestSequence")[0]!, "AccessionNumber"), "A1");
    assert.equal(text(items(dataSet, "ReferencedRequestSequence")[0]!, "StudyInstanceUID"), other.study);
    for (const key of await ups.store.redis.keys("*")) {
      const type = await ups.store.redis.type(key);
      const kept =
        type === "hash" ? await ups.store.redis.hgetall(key) : type === "string" ? await ups.store.redis.get(key) : "";
      assert.doesNotMatch(JSON.stringify(kept), /Secret|"P1"/, key);
    }
    assert.ok(study);
  });

  test("404 C307: no such workitem; 400: no UID; 406: nothing that can be written", async () => {
    answered(await ups.send("GET", "/workitems/9.9.9"), 404, "C307");
    assert.equal((await ups.send("GET", "/workitems/nonsense")).statusCode, 400);
    const { workitem } = await ups.arrive();
    const refused = await ups.send("GET", `/workitems/${workitem}`, undefined, { accept: "text/html" });
    assert.deepEqual([refused.statusCode, refused.json().code], [406, "NOT_ACCEPTABLE"]);
  });
});

describe("Create", () => {
  test("201: about a study on the list it takes the place of the workitem that the list made, which ends", async () => {
    const { study, workitem: made } = await ups.arrive();
    const uid = ups.newUid();
    const response = await ups.create({ ...about(study), ScheduledProcedureStepPriority: "HIGH" }, uid);
    answered(response, 201);
    assert.equal(response.headers.location, `http://list.example/ups-rs/workitems/${uid}`);
    assert.equal(await ups.stateOf(made), "CANCELED");
    const dataSet = await ups.retrieve(uid);
    assert.deepEqual(
      [
        text(dataSet, "ProcedureStepState"),
        text(dataSet, "ScheduledProcedureStepPriority"),
        text(dataSet, "ProcedureStepLabel"),
      ],
      ["SCHEDULED", "HIGH", "Wrist to be read"],
    );
    assert.equal((await ups.list.get(study))?.priority, "HIGH", "a priority asked for is the list's too");
    assert.equal((await ups.list.get(study))?.position, 1);
  });

  test("201: about a study that has not arrived it waits, and becomes the study's when it does", async () => {
    const [study, uid] = [ups.newUid(), ups.newUid()];
    answered(await ups.create(about(study), uid), 201);
    assert.equal(text(await ups.retrieve(uid), "InputReadinessState"), "INCOMPLETE");
    assert.equal(await ups.list.get(study), undefined, "there is nothing to be read yet");
    assert.equal((await ups.arrive(study)).workitem, uid);
    assert.equal((await ups.list.get(study))?.state, "SCHEDULED");
  });

  test("201: one that was canceled before its study came is not the study's: images are read", async () => {
    const [study, uid] = [ups.newUid(), ups.newUid()];
    await ups.create(about(study), uid);
    answered(await ups.send("POST", `/workitems/${uid}/cancelrequest`), 202);
    const { workitem } = await ups.arrive(study);
    assert.notEqual(workitem, uid);
    assert.deepEqual([await ups.stateOf(uid), await ups.stateOf(workitem)], ["CANCELED", "SCHEDULED"]);
  });

  test("201 with a Warning: what tells of the patient is not kept", async () => {
    const uid = ups.newUid();
    const response = await ups.create({ ...about(ups.newUid()), PatientName: "Secret^Jane", PatientID: "P1" }, uid);
    answered(response, 201, undefined, "The Workitem was created with modifications.");
    assert.doesNotMatch(JSON.stringify(await ups.retrieve(uid)), /Secret/);
  });

  test("201: the UID may be in the data set", async () => {
    const uid = ups.newUid();
    const dataSet = creation({ ...about(ups.newUid()), SOPInstanceUID: uid });
    answered(await ups.send("POST", "/workitems", dataSet), 201);
    assert.equal(await ups.stateOf(uid), "SCHEDULED");
  });

  test("400: what PS3.4 Table CC.2.5-3 requires is missing, or is not as it has to be", async () => {
    const study = ups.newUid();
    const wrong: [string, object][] = [
      ["C309", { ...about(study), ProcedureStepState: "IN PROGRESS" }],
      ["0106", { ...about(study), TransactionUID: "1.2.3" }],
      ["0106", { ...about(study), ProcedureStepLabel: null }],
      ["0106", { ...about(study), ScheduledProcedureStepStartDateTime: undefined }],
      ["0106", { ...about(study), InputReadinessState: null }],
      ["0106", { ...about(study), ScheduledProcedureStepPriority: undefined }],
      ["0106", { ...about(study), ScheduledProcedureStepPriority: "URGENT" }],
      [
        "0106",
        { ...about(study), ProcedureStepProgressInformationSequence: [dataSetOf({ ProcedureStepProgress: 1 })] },
      ],
      ["0106", {}],
      ["0106", { ...about(study), StudyInstanceUID: ups.newUid() }],
    ];
    for (const [status, content] of wrong)
      answered(await ups.create(content as Parameters<TestUps["create"]>[0]), 400, status);
    answered(await ups.send("POST", "/workitems", creation(about(study))), 400, "0106");
    answered(await ups.send("POST", "/workitems?workitem=nonsense", creation(about(study))), 400, "0106");
    for (const body of ["nonsense", "[]", "[1]"]) {
      assert.equal((await ups.send("POST", `/workitems?${ups.newUid()}`, body)).json().code, "BAD_REQUEST", body);
    }
    const text = await ups.send("POST", `/workitems?${ups.newUid()}`, "x", { "content-type": "text/plain" });
    assert.deepEqual([text.statusCode, text.json().code], [415, "UNSUPPORTED_MEDIA_TYPE"]);
  });

  test("409: the UID is taken, or the study has an open workitem that is not the list's own", async () => {
    const [study, uid] = [ups.newUid(), ups.newUid()];
    await ups.create(about(study), uid);
    answered(await ups.create(about(study), uid), 409, "0111");
    answered(await ups.create(about(study)), 409, "OTHER");
    const { study: read, workitem } = await ups.arrive();
    answered(await ups.create(about(read), workitem), 409, "0111");
    await ups.list.take(read, { by: "token:anna", at: 1 });
    answered(await ups.create(about(read)), 409, "OTHER");
    await ups.list.complete(read, { by: "token:anna", at: 2 });
    answered(await ups.create(about(read)), 201);
    assert.equal((await ups.list.get(read))?.state, "SCHEDULED", "what was completed is to be read again");
  });
});

describe("Update", () => {
  test("200: while SCHEDULED without a Transaction UID, a priority among it moves the study", async () => {
    const { study, workitem } = await ups.arrive();
    const update = dataSetOf({ ScheduledProcedureStepPriority: "HIGH", WorklistLabel: "Night" });
    answered(await ups.send("POST", `/workitems/${workitem}`, update), 200);
    answered(await ups.send("POST", `/workitems/${workitem}`, update), 200);
    const dataSet = await ups.retrieve(workitem);
    assert.deepEqual(
      [text(dataSet, "ScheduledProcedureStepPriority"), text(dataSet, "WorklistLabel")],
      ["HIGH", "Night"],
    );
    assert.equal((await ups.list.get(study))?.priority, "HIGH");
  });

  test("200: while IN PROGRESS with the Transaction UID, in the query however it is spelt, or in the data set", async () => {
    const { workitem } = await ups.arrive();
    await ups.changeState(workitem, "IN PROGRESS", LOCK);
    for (const name of ["transaction-uid", "Transaction-uid", "transactionUID", "00081195"]) {
      const update = dataSetOf({ WorklistLabel: name });
      answered(await ups.send("POST", `/workitems/${workitem}?${name}=${LOCK}`, update), 200);
      assert.equal(text(await ups.retrieve(workitem), "WorklistLabel"), name);
    }
    answered(await ups.send("POST", `/workitems/${workitem}?${LOCK}`, dataSetOf({ WorklistLabel: "bare" })), 200);
    answered(
      await ups.send("POST", `/workitems/${workitem}`, dataSetOf({ WorklistLabel: "x", TransactionUID: LOCK })),
      200,
    );
  });

  test("200 with a Warning: part of it is not kept, or none", async () => {
    const { workitem } = await ups.arrive();
    const some = dataSetOf({ WorklistLabel: "Night", PatientName: "Secret^Jane" });
    answered(
      await ups.send("POST", `/workitems/${workitem}`, some),
      200,
      undefined,
      "The Workitem was updated with modifications.",
    );
    const none = dataSetOf({ CommentsOnTheScheduledProcedureStep: "Secret" });
    answered(
      await ups.send("POST", `/workitems/${workitem}`, none),
      200,
      undefined,
      "Requested optional Attributes are not supported.",
    );
    assert.doesNotMatch(JSON.stringify(await ups.retrieve(workitem)), /Secret/);
  });

  test("400, 404 and 409: the lock, the state or the data set do not allow it", async () => {
    const { workitem } = await ups.arrive();
    const label = dataSetOf({ WorklistLabel: "Night" });
    const send = (path: string, dataSet = label) => ups.send("POST", `/workitems/${path}`, dataSet);
    answered(await send("9.9.9"), 404, "C307");
    answered(
      await send(`${workitem}?transaction-uid=1.2`),
      409,
      "C310",
      "The target URI did not reference a claimed Workitem.",
    );
    const inconsistent = "The submitted request is inconsistent with the current state of the Workitem.";
    answered(await send(workitem, dataSetOf({ ProcedureStepState: "COMPLETED" })), 400, "C303", inconsistent);
    answered(await send(workitem, dataSetOf({ ScheduledProcedureStepPriority: "URGENT" })), 400, "0106", inconsistent);
    await ups.changeState(workitem, "IN PROGRESS", LOCK);
    answered(await send(workitem), 400, "C301", "The Transaction UID is missing.");
    answered(await send(`${workitem}?transaction-uid=1.2`), 400, "C301", "The Transaction UID is incorrect.");
    const priority = dataSetOf({ ScheduledProcedureStepPriority: "HIGH" });
    answered(await send(`${workitem}?transaction-uid=${LOCK}`, priority), 400, "C300", inconsistent);
    await ups.changeState(workitem, "CANCELED", LOCK);
    answered(await send(`${workitem}?transaction-uid=${LOCK}`), 400, "C300", inconsistent);
  });
});

describe("Change State (PS3.4 Table CC.1.1-2)", () => {
  const inconsistent = "The submitted request is inconsistent with the state of the UPS Instance.";
  const missing = "The Transaction UID is missing.";
  const incorrect = "The Transaction UID is incorrect.";

  async function inState(state: string): Promise<string> {
    const { workitem } = await ups.arrive();
    if (state === "SCHEDULED") return workitem;
    await ups.changeState(workitem, "IN PROGRESS", LOCK);
    if (state === "IN PROGRESS") return workitem;
    await ups.send("POST", `/workitems/${workitem}?transaction-uid=${LOCK}`, PERFORMED);
    answered(await ups.changeState(workitem, state, LOCK), 200);
    return workitem;
  }

  const states = ["SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"] as const;
  /** To which state, with which lock; then, for each state that it is in, HTTP status, status of PS3.4 and warning. */
  const rows: [string, string | undefined, ...(readonly [number, (string | undefined)?, string?])[]][] = [
    ["IN PROGRESS", LOCK, [200], [409, "C302", inconsistent], [409, "C300", inconsistent], [409, "C300", inconsistent]],
    ["IN PROGRESS", "1.2", [200], [400, "C301", incorrect], [400, "C301", incorrect], [400, "C301", incorrect]],
    [
      "IN PROGRESS",
      undefined,
      [400, "C301", missing],
      [400, "C301", missing],
      [400, "C301", missing],
      [400, "C301", missing],
    ],
    [
      "SCHEDULED",
      LOCK,
      [409, "C303", inconsistent],
      [409, "C303", inconsistent],
      [409, "C303", inconsistent],
      [409, "C303", inconsistent],
    ],
    [
      "COMPLETED",
      LOCK,
      [409, "C310", inconsistent],
      [409, "C304", inconsistent],
      [200, undefined, "The UPS is already in the requested state of COMPLETED."],
      [409, "C300", inconsistent],
    ],
    [
      "COMPLETED",
      undefined,
      [400, "C301", missing],
      [400, "C301", missing],
      [400, "C301", missing],
      [400, "C301", missing],
    ],
    [
      "COMPLETED",
      "1.2",
      [409, "C310", inconsistent],
      [400, "C301", incorrect],
      [400, "C301", incorrect],
      [400, "C301", incorrect],
    ],
    [
      "CANCELED",
      LOCK,
      [409, "C310", inconsistent],
      [200],
      [409, "C300", inconsistent],
      [200, undefined, "The UPS is already in the requested state of CANCELED."],
    ],
    [
      "CANCELED",
      "1.2",
      [409, "C310", inconsistent],
      [400, "C301", incorrect],
      [400, "C301", incorrect],
      [400, "C301", incorrect],
    ],
    [
      "CANCELED",
      undefined,
      [400, "C301", missing],
      [400, "C301", missing],
      [400, "C301", missing],
      [400, "C301", missing],
    ],
  ];
  for (const [to, lock, ...cells] of rows) {
    for (const [index, cell] of cells.entries()) {
      const from = states[index]!;
      const by =
        lock === LOCK ? "its Transaction UID" : lock === undefined ? "no Transaction UID" : "another Transaction UID";
      test(`from ${from} to ${to} with ${by}: ${cell.join(" ")}`, async () => {
        const workitem = await inState(from);
        const [http, status, warning] = cell;
        answered(await ups.changeState(workitem, to, lock), http, status, warning);
        assert.equal(await ups.stateOf(workitem), http === 200 ? to : from);
      });
    }
  }

  test("404 C307: no such workitem, whatever is asked; 400: no state, or a lock that is no UID", async () => {
    for (const state of ["IN PROGRESS", "COMPLETED", "CANCELED", "SCHEDULED"]) {
      answered(await ups.changeState("9.9.9", state, LOCK), 404, "C307");
    }
    const workitem = await inState("SCHEDULED");
    answered(await ups.changeState(workitem, "DONE", LOCK), 400, "0106", inconsistent);
    answered(await ups.changeState(workitem, "IN PROGRESS", "no uid"), 400, "0106", inconsistent);
  });

  test("each of the attributes that a COMPLETED workitem needs is asked for (PS3.4 CC.2.5.1.1)", async () => {
    const workitem = await inState("IN PROGRESS");
    const [performed] = items(PERFORMED, "UnifiedProcedureStepPerformedProcedureSequence");
    for (const tag of Object.keys(performed!)) {
      const { [tag]: _, ...rest } = performed!;
      const lacking = dataSetOf({ UnifiedProcedureStepPerformedProcedureSequence: [rest] });
      await ups.send("POST", `/workitems/${workitem}?transaction-uid=${LOCK}`, lacking);
      answered(await ups.changeState(workitem, "COMPLETED", LOCK), 409, "C304", inconsistent);
    }
    await ups.send("POST", `/workitems/${workitem}?transaction-uid=${LOCK}`, PERFORMED);
    answered(await ups.changeState(workitem, "COMPLETED", LOCK), 200);
  });

  test("a CANCELED workitem says when and why, also where nobody has told (PS3.4 Table CC.2.5-3)", async () => {
    const dataSet = await ups.retrieve(await inState("CANCELED"));
    const [progress] = items(dataSet, "ProcedureStepProgressInformationSequence");
    assert.match(text(progress!, "ProcedureStepCancellationDateTime") ?? "", /^20260301100\d{3}\.\d{6}\+0000$/);
    const [reason] = items(progress!, "ProcedureStepDiscontinuationReasonCodeSequence");
    assert.equal(text(reason!, "CodeValue"), "110513");
  });

  test("what a system claims nobody takes on the page, and what a person has taken no system can claim", async () => {
    const claimed = await ups.arrive();
    await ups.changeState(claimed.workitem, "IN PROGRESS", LOCK);
    await assert.rejects(ups.list.take(claimed.study, { by: "token:anna", at: 1 }), { code: "STUDY_TAKEN" });
    const taken = await ups.arrive();
    await ups.list.take(taken.study, { by: "token:anna", at: 1 });
    answered(await ups.changeState(taken.workitem, "IN PROGRESS", LOCK), 400, "C301", incorrect);
    answered(await ups.changeState(taken.workitem, "COMPLETED", LOCK), 400, "C301", incorrect);
    await ups.list.complete(taken.study, { by: "token:anna", at: 2 });
    const dataSet = await ups.retrieve(taken.workitem);
    const [performed] = items(dataSet, "UnifiedProcedureStepPerformedProcedureSequence");
    assert.equal(text(dataSet, "ProcedureStepState"), "COMPLETED");
    assert.ok(texts(performed!, "PerformedProcedureStepEndDateTime").length > 0);
  });

  test("what was completed or put back on the page stays what it was, and the study has another workitem", async () => {
    const { study, workitem } = await ups.arrive();
    const anna = { by: "token:anna", at: 1_000 };
    await ups.list.take(study, anna);
    await ups.list.release(study, anna);
    const second = (await ups.ups.workitems.ofStudy(study))!.workitemUID;
    assert.deepEqual([await ups.stateOf(workitem), await ups.stateOf(second)], ["CANCELED", "SCHEDULED"]);
    await ups.list.complete(study, anna);
    await ups.list.reopen(study, anna);
    const third = (await ups.ups.workitems.ofStudy(study))!.workitemUID;
    assert.deepEqual([await ups.stateOf(second), await ups.stateOf(third)], ["COMPLETED", "SCHEDULED"]);
    assert.equal(new Set([workitem, second, third]).size, 3);
    answered(await ups.changeState(workitem, "IN PROGRESS", LOCK), 400, "C301", incorrect);
  });

  test("what is pinned goes out as HIGH", async () => {
    const { study, workitem } = await ups.arrive();
    await ups.list.pin(study, { by: "token:anna", at: 1, why: "in pain" });
    assert.equal(text(await ups.retrieve(workitem), "ScheduledProcedureStepPriority"), "HIGH");
  });
});

describe("Request Cancellation", () => {
  const request = (workitem: string) =>
    ups.send("POST", `/workitems/${workitem}/cancelrequest`, dataSetOf({ ReasonForCancellation: "duplicate" }));

  test("202: a SCHEDULED workitem is canceled at once, with the reason, and its study leaves the list", async () => {
    const { study, workitem } = await ups.arrive();
    answered(await request(workitem), 202);
    const dataSet = await ups.retrieve(workitem);
    const [progress] = items(dataSet, "ProcedureStepProgressInformationSequence");
    assert.deepEqual(
      [text(dataSet, "ProcedureStepState"), text(progress!, "ReasonForCancellation")],
      ["CANCELED", "duplicate"],
    );
    assert.deepEqual(
      [(await ups.list.get(study))?.state, (await ups.list.get(study))?.position],
      ["CANCELED", undefined],
    );
    answered(await request(workitem), 202, undefined, "The UPS is already in the requested state of CANCELED.");
  });

  test("202: who has claimed it is told, if they are subscribed; it goes on until they cancel", async () => {
    const { workitem } = await ups.arrive();
    await ups.changeState(workitem, "IN PROGRESS", LOCK);
    answered(await request(workitem), 409, "C312", "The performer cannot be contacted.");
    await ups.send("POST", `/workitems/${workitem}/subscribers/PERFORMER`);
    answered(await request(workitem), 202);
    assert.equal(await ups.stateOf(workitem), "IN PROGRESS");
    await ups.send("DELETE", `/workitems/${workitem}/subscribers/PERFORMER`);
    answered(await request(workitem), 409, "C312", "The performer cannot be contacted.");
  });

  test("409 and 404: a person reads it, it is COMPLETED, or there is none", async () => {
    const { study, workitem } = await ups.arrive();
    await ups.list.take(study, { by: "token:anna", at: 1 });
    answered(await request(workitem), 409, "C313", "Performer chooses not to cancel.");
    await ups.list.complete(study, { by: "token:anna", at: 1 });
    answered(await request(workitem), 409, "C311", "The UPS is already COMPLETED.");
    answered(await request("9.9.9"), 404, "C307");
  });
});

test("OPTIONS tells what there is, as WADL or JSON; 405 tells what a resource has", async () => {
  const wadl = await ups.send("OPTIONS", "/");
  assert.equal(wadl.headers["content-type"], "application/vnd.sun.wadl+xml");
  for (const id of [
    "CreateWorkitem",
    "RetrieveWorkitem",
    "UpdateWorkitem",
    "ChangeWorkitemState",
    "RequestWorkitemCancellation",
    "SearchForWorkitems",
    "CreateSubscription",
    "SuspendGlobalSubscription",
    "DeleteSubscription",
    "OpenEventChannel",
  ]) {
    assert.match(wadl.body, new RegExp(`id="${id}"`));
  }
  const json = await ups.send("OPTIONS", "", undefined, { accept: "application/json" });
  assert.equal(json.json().base, "http://list.example/ups-rs/");
  assert.equal((await ups.send("OPTIONS", "/", undefined, { accept: "text/html" })).statusCode, 406);
  const refused = await ups.send("PATCH", "/workitems/1.2.3/state", "");
  assert.deepEqual([refused.statusCode, refused.headers.allow], [405, "PUT, OPTIONS"]);
  assert.equal((await ups.send("OPTIONS", "/workitems")).headers.allow, "GET, POST, OPTIONS");
});
