import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { dataSetOf, items, readDicomJson, text } from "@redspot/dicom";
import { type RunningOrthanc, type RunningRedis, startOrthanc, startRedis, waitUntil } from "@redspot/testbed";
import { WebSocket } from "ws";
import { openReadingRoom, type StudyPlan, storeInPacs } from "./reading-room.ts";

const TOKEN = "a-token-of-a-reading-system";
const STUDY: StudyPlan = {
  studyInstanceUID: "1.2.826.0.1.3680043.8.498.9.1",
  probability: 0.9,
  header: { PatientName: "Doe^Jane", PatientID: "P1", AccessionNumber: "A1" },
};
const OTHER: StudyPlan = { studyInstanceUID: "1.2.826.0.1.3680043.8.498.9.2" };

let redis: RunningRedis;
let pacs: RunningOrthanc;
let room: Awaited<ReturnType<typeof openReadingRoom>>;

before(async () => {
  redis = await startRedis();
  pacs = await startOrthanc();
  room = await openReadingRoom({ redisUrl: redis.url, pacsUrl: pacs.dicomWebUrl, token: TOKEN });
  for (const plan of [OTHER, STUDY]) {
    await storeInPacs(pacs.dicomWebUrl, plan);
    await room.arrive(plan);
  }
  await room.open();
});

after(async () => {
  await room?.close();
  await pacs?.stop();
  await redis?.stop();
});

const headers = { authorization: `Bearer ${TOKEN}` };

async function request(method: string, path: string, content?: Parameters<typeof dataSetOf>[0]): Promise<Response> {
  return fetch(`${room.url}/ups-rs${path}`, {
    method,
    headers: { ...headers, "content-type": "application/dicom+json" },
    ...(content === undefined ? {} : { body: JSON.stringify([dataSetOf(content)]) }),
  });
}

async function found(query: string) {
  const response = await request("GET", `/workitems?${query}`);
  return response.status === 204 ? [] : ((await response.json()) as unknown[]).map((one) => readDicomJson(one));
}

test("a system finds the study by the patient, is told of its finding's priority, reads it and says so", async () => {
  const [workitem] = await found("PatientID=P1");
  assert.ok(workitem);
  const uid = text(workitem, "SOPInstanceUID")!;
  assert.deepEqual(
    [text(workitem, "PatientName"), text(workitem, "ScheduledProcedureStepPriority")],
    ["Doe^Jane", "MEDIUM"],
  );
  assert.equal(text(items(workitem, "ReferencedRequestSequence")[0]!, "AccessionNumber"), "A1");

  const socket = new WebSocket(`${room.url.replace("http", "ws")}/ups-rs/subscribers/READER`, { headers });
  const reports: unknown[] = [];
  socket.on("message", (data) => {
    const report = readDicomJson(JSON.parse(String(data)));
    reports.push([text(report, "EventTypeID"), text(report, "ProcedureStepState")]);
  });
  await once(socket, "open");
  assert.equal((await request("POST", `/workitems/${uid}/subscribers/READER`)).status, 201);

  await room.analyse(STUDY);
  await waitUntil(async () => (await found("ScheduledProcedureStepPriority=HIGH")).length === 1, {
    what: "it is HIGH",
  });
  const [first] = await found("ProcedureStepState=SCHEDULED");
  assert.equal(text(first!, "SOPInstanceUID"), uid, "and before the other, which came earlier");

  // What the workitem says of where the images are is true.
  const [input] = items(first!, "InputInformationSequence");
  const address = text(items(input!, "WADORSRetrievalSequence")[0]!, "RetrieveURL")!;
  const metadata = (await (await fetch(`${address}/metadata`)).json()) as unknown[];
  const referenced = text(items(input!, "ReferencedSOPSequence")[0]!, "ReferencedSOPInstanceUID");
  assert.ok(metadata.some((one) => text(readDicomJson(one), "SOPInstanceUID") === referenced));

  assert.equal(
    (await request("PUT", `/workitems/${uid}/state`, { ProcedureStepState: "IN PROGRESS", TransactionUID: "2.25.9" }))
      .status,
    200,
  );
  const page = (await (await fetch(`${room.url}/reading-list`, { headers })).json()) as {
    workitems: { state: string; takenBy: string }[];
  };
  assert.deepEqual([page.workitems[0]?.state, page.workitems[0]?.takenBy], ["IN PROGRESS", "token:reading-room"]);
  const refused = await fetch(`${room.url}/studies/${OTHER.studyInstanceUID}/complete`, { method: "POST", headers });
  assert.equal(refused.status, 200);

  const code = dataSetOf({ CodeValue: "1", CodingSchemeDesignator: "99TEST", CodeMeaning: "test" });
  const performed = dataSetOf({
    PerformedStationNameCodeSequence: [code],
    PerformedProcedureStepStartDateTime: "20260301100000",
    PerformedWorkitemCodeSequence: [code],
    PerformedProcedureStepEndDateTime: "20260301100500",
    OutputInformationSequence: [],
  });
  const update = { UnifiedProcedureStepPerformedProcedureSequence: [performed] };
  assert.equal((await request("POST", `/workitems/${uid}?transaction-uid=2.25.9`, update)).status, 200);
  assert.equal(
    (await request("PUT", `/workitems/${uid}/state`, { ProcedureStepState: "COMPLETED", TransactionUID: "2.25.9" }))
      .status,
    200,
  );
  await waitUntil(async () => reports.length >= 4, { what: "all has been told" });
  assert.deepEqual(reports, [
    ["4", undefined],
    ["1", "SCHEDULED"],
    ["1", "IN PROGRESS"],
    ["1", "COMPLETED"],
  ]);
  assert.deepEqual(await found("ProcedureStepState=SCHEDULED"), []);
  socket.close();
  await once(socket, "close");
  assert.doesNotMatch(room.log(), /Doe/);
});

test("a channel without credentials is refused before it is one", async () => {
  const socket = new WebSocket(`${room.url.replace("http", "ws")}/ups-rs/subscribers/READER`);
  const [error] = (await once(socket, "error")) as [Error];
  assert.match(error.message, /401/);
});
