import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dataSetOf, items, text } from "@redspot/dicom";
import { PERFORMED, TestUps, UPS } from "./test-ups.ts";

const ups = new TestUps();
const LOCK = "2.25.7";
const FILTERED = `${UPS}.1`;
let titles = 0;

/** An Application Entity Title of its own for each test. */
function newTitle(): string {
  titles += 1;
  return `AE${titles}`;
}

async function subscribe(title: string, workitem: string, query = "") {
  const response = await ups.send("POST", `/workitems/${workitem}/subscribers/${title}${query}`);
  assert.equal(response.statusCode, 201, response.body);
  return response;
}

const scheduled = (workitem: string) => [workitem, 1, "SCHEDULED"];

describe("Subscribe", () => {
  test("201 with the address of the event channel, and how the workitem stands", async () => {
    const title = newTitle();
    const { workitem } = await ups.arrive();
    const listener = await ups.listen(title);
    const response = await subscribe(title, workitem);
    assert.equal(response.headers["content-location"], `ws://list.example/ups-rs/subscribers/${title}`);
    assert.deepEqual(await listener.hear(1), [scheduled(workitem)]);
    await listener.close();
  });

  test("201 with a Deletion Lock: granted, for nothing is deleted", async () => {
    const { workitem } = await ups.arrive();
    const response = await subscribe(newTitle(), workitem, "?deletionlock=true");
    assert.equal(response.headers.warning, undefined);
  });

  test("404 C307: no such workitem; 400: no title, no filter, or a lock that is neither", async () => {
    const unknown = await ups.send("POST", "/workitems/9.9.9/subscribers/AE");
    assert.deepEqual([unknown.statusCode, unknown.json().status], [404, "C307"]);
    const { workitem } = await ups.arrive();
    for (const path of [
      `/workitems/${workitem}/subscribers/${"A".repeat(17)}`,
      `/workitems/${workitem}/subscribers/A%5CB`,
      `/workitems/${workitem}/subscribers/%20`,
      `/workitems/${workitem}/subscribers/AE?deletionlock=maybe`,
      `/workitems/${FILTERED}/subscribers/AE`,
      `/workitems/${FILTERED}/subscribers/AE?filter=Nonsense%3D1`,
      "/workitems/nonsense/subscribers/AE",
    ]) {
      assert.equal((await ups.send("POST", path)).statusCode, 400, path);
    }
  });
});

describe("events (PS3.4 CC.2.4.3)", () => {
  test("a workitem's changes of state come in order, as N-EVENT-REPORTs in DICOM JSON", async () => {
    const title = newTitle();
    const { study, workitem } = await ups.arrive();
    const listener = await ups.listen(title);
    await subscribe(title, workitem);
    await listener.next();
    await ups.ledger.closeRevision(study, 1, 0);
    const ready = await listener.next();
    assert.deepEqual(
      [
        "AffectedSOPClassUID",
        "CommandField",
        "AffectedSOPInstanceUID",
        "EventTypeID",
        "ProcedureStepState",
        "InputReadinessState",
      ].map((keyword) => text(ready, keyword)),
      ["1.2.840.10008.5.1.4.34.6.1", "256", workitem, "1", "SCHEDULED", "READY"],
    );
    await ups.changeState(workitem, "IN PROGRESS", LOCK);
    await ups.send("POST", `/workitems/${workitem}?transaction-uid=${LOCK}`, PERFORMED);
    await ups.changeState(workitem, "COMPLETED", LOCK);
    assert.deepEqual(await listener.hear(2), [
      [workitem, 1, "IN PROGRESS"],
      [workitem, 1, "COMPLETED"],
    ]);
    await listener.close();
  });

  test("what is done on the page is told like what systems do", async () => {
    const title = newTitle();
    const { study, workitem } = await ups.arrive();
    const listener = await ups.listen(title);
    await subscribe(title, workitem);
    await ups.list.complete(study, { by: "token:anna", at: 1 });
    assert.deepEqual(await listener.hear(3), [
      scheduled(workitem),
      [workitem, 1, "IN PROGRESS"],
      [workitem, 1, "COMPLETED"],
    ]);
    await listener.close();
  });

  test("2: a request to cancel goes to who has claimed the workitem, with reason and contact", async () => {
    const title = newTitle();
    const { workitem } = await ups.arrive();
    await ups.changeState(workitem, "IN PROGRESS", LOCK);
    const listener = await ups.listen(title);
    await subscribe(title, workitem);
    await listener.next();
    const request = dataSetOf({ ReasonForCancellation: "duplicate", ContactDisplayName: "Anna", ContactURI: "tel:1" });
    assert.equal((await ups.send("POST", `/workitems/${workitem}/cancelrequest`, request)).statusCode, 202);
    const report = await listener.next();
    assert.deepEqual(
      ["EventTypeID", "ReasonForCancellation", "ContactDisplayName", "ContactURI", "RequestingAE"].map((one) =>
        text(report, one),
      ),
      ["2", "duplicate", "Anna", "tel:1", "ris"],
    );
    await listener.close();
  });

  test("a workitem that is canceled while SCHEDULED is IN PROGRESS first", async () => {
    const title = newTitle();
    const { workitem } = await ups.arrive();
    const listener = await ups.listen(title);
    await subscribe(title, workitem);
    await ups.send("POST", `/workitems/${workitem}/cancelrequest`, dataSetOf({ ReasonForCancellation: "duplicate" }));
    assert.deepEqual(await listener.hear(2), [scheduled(workitem), [workitem, 1, "IN PROGRESS"]]);
    const last = await listener.next();
    assert.deepEqual(
      [text(last, "ProcedureStepState"), text(last, "ReasonForCancellation")],
      ["CANCELED", "duplicate"],
    );
    await listener.close();
  });

  test("3 and 5: progress, and to whom it is assigned", async () => {
    const title = newTitle();
    const { workitem } = await ups.arrive();
    const listener = await ups.listen(title);
    await subscribe(title, workitem);
    await listener.next();
    const station = dataSetOf({ CodeValue: "WS1", CodingSchemeDesignator: "99TEST", CodeMeaning: "WS1" });
    const progress = dataSetOf({ ProcedureStepProgress: 40 });
    await ups.send("POST", `/workitems/${workitem}`, dataSetOf({ ScheduledStationNameCodeSequence: [station] }));
    await ups.send(
      "POST",
      `/workitems/${workitem}`,
      dataSetOf({ ProcedureStepProgressInformationSequence: [progress] }),
    );
    const [assigned, told] = [await listener.next(), await listener.next()];
    assert.deepEqual([text(assigned, "EventTypeID"), text(told, "EventTypeID")], ["5", "3"]);
    assert.equal(text(items(assigned, "ScheduledStationNameCodeSequence")[0]!, "CodeValue"), "WS1");
    assert.equal(text(items(told, "ProcedureStepProgressInformationSequence")[0]!, "ProcedureStepProgress"), "40");
    await listener.close();
  });

  test("4: who has a channel open is told that there may be events which this service has missed", async () => {
    const listener = await ups.listen(newTitle());
    ups.ups.channel.mayHaveMissed();
    assert.equal(text(await listener.next(), "SCPStatus"), "RESTARTED");
    await listener.close();
  });

  test("4: who opens a channel is told that there may have been more; who has it open, that the service goes down", async () => {
    const listener = await ups.listen(newTitle());
    await ups.ups.channel.close();
    const report = await listener.next();
    assert.deepEqual(
      ["EventTypeID", "SCPStatus", "SubscriptionListStatus", "UnifiedProcedureStepListStatus"].map((one) =>
        text(report, one),
      ),
      ["4", "GOING DOWN", "WARM START", "WARM START"],
    );
  });
});

describe("global subscriptions (PS3.4 Table CC.2.3-2)", () => {
  test("to all: new workitems are told, how the others stand only with a Deletion Lock", async () => {
    const [free, locked] = [newTitle(), newTitle()];
    const before = await ups.arrive();
    const [one, other] = [await ups.listen(free), await ups.listen(locked)];
    await subscribe(free, UPS);
    await subscribe(locked, UPS, "?deletionlock=true");
    let heard = await other.hear(1);
    while (heard[0] !== undefined && (heard[0] as string[])[0] !== before.workitem) heard = await other.hear(1);
    const { workitem } = await ups.arrive();
    assert.deepEqual(await one.hear(1), [scheduled(workitem)]);
    await ups.list.take(before.study, { by: "token:anna", at: 1 });
    assert.deepEqual(await one.hear(1), [[before.workitem, 1, "IN PROGRESS"]]);
    await one.close();
    await other.close();
    await ups.send("DELETE", `/workitems/${UPS}/subscribers/${free}`);
    await ups.send("DELETE", `/workitems/${UPS}/subscribers/${locked}`);
  });

  test("a workitem that was unsubscribed from is told no more, and again once it is subscribed to", async () => {
    const title = newTitle();
    const listener = await ups.listen(title);
    await subscribe(title, UPS);
    const [quiet, other] = [await ups.arrive(), await ups.arrive()];
    await listener.hear(2);
    const anna = { by: "token:anna", at: 1 };
    assert.equal((await ups.send("DELETE", `/workitems/${quiet.workitem}/subscribers/${title}`)).statusCode, 200);
    await ups.list.take(quiet.study, anna);
    await ups.list.take(other.study, anna);
    assert.deepEqual(await listener.hear(1), [[other.workitem, 1, "IN PROGRESS"]]);
    await subscribe(title, quiet.workitem);
    assert.deepEqual(await listener.hear(1), [[quiet.workitem, 1, "IN PROGRESS"]]);
    await ups.list.complete(quiet.study, anna);
    assert.deepEqual(await listener.hear(1), [[quiet.workitem, 1, "COMPLETED"]]);
    await listener.close();
  });

  test("suspended, no new workitem is told of, and those until then go on; unsubscribed, none is", async () => {
    const title = newTitle();
    const listener = await ups.listen(title);
    await subscribe(title, UPS);
    const before = await ups.arrive();
    await listener.hear(1);
    const suspend = (of = UPS) => ups.send("POST", `/workitems/${of}/subscribers/${title}/suspend`);
    assert.equal((await suspend()).statusCode, 200);
    assert.deepEqual([(await suspend()).statusCode, (await suspend()).json().status], [404, "C307"]);
    assert.equal((await suspend("1.2.3")).statusCode, 400);
    const late = await ups.arrive();
    const anna = { by: "token:anna", at: 1 };
    await ups.list.take(late.study, anna);
    await ups.list.take(before.study, anna);
    assert.deepEqual(await listener.hear(1), [[before.workitem, 1, "IN PROGRESS"]]);
    const unsubscribe = () => ups.send("DELETE", `/workitems/${UPS}/subscribers/${title}`);
    assert.equal((await unsubscribe()).statusCode, 200);
    assert.deepEqual([(await unsubscribe()).statusCode, (await unsubscribe()).json().status], [404, "C307"]);
    await ups.list.complete(before.study, anna);
    await subscribe(title, late.workitem);
    assert.deepEqual(await listener.hear(1), [[late.workitem, 1, "IN PROGRESS"]]);
    await listener.close();
  });

  test("filtered: what matches is told, and goes on being told when it matches no more", async () => {
    const title = newTitle();
    const listener = await ups.listen(title);
    await subscribe(
      title,
      FILTERED,
      `?filter=${encodeURIComponent("ScheduledProcedureStepPriority=HIGH,ProcedureStepState=SCHEDULED")}`,
    );
    const [low, high] = [ups.newUid(), ups.newUid()];
    await ups.create({ StudyInstanceUID: ups.newUid() }, low);
    await ups.create({ StudyInstanceUID: ups.newUid(), ScheduledProcedureStepPriority: "HIGH" }, high);
    assert.deepEqual(await listener.hear(1), [scheduled(high)]);
    await ups.changeState(low, "IN PROGRESS", LOCK);
    await ups.changeState(high, "IN PROGRESS", LOCK);
    await ups.changeState(high, "CANCELED", LOCK);
    assert.deepEqual(await listener.hear(2), [
      [high, 1, "IN PROGRESS"],
      [high, 1, "CANCELED"],
    ]);
    assert.equal((await ups.send("POST", `/workitems/${FILTERED}/subscribers/${title}/suspend`)).statusCode, 200);
    assert.equal((await ups.send("DELETE", `/workitems/${FILTERED}/subscribers/${title}`)).statusCode, 200);
    assert.equal((await ups.send("DELETE", `/workitems/${FILTERED}/subscribers/${title}`)).statusCode, 404);
    await listener.close();
  });

  test("404 C307: unsubscribing from no workitem", async () => {
    const response = await ups.send("DELETE", "/workitems/9.9.9/subscribers/AE");
    assert.deepEqual([response.statusCode, response.json().status], [404, "C307"]);
  });
});

test("the event channel asked for without a WebSocket is answered so", async () => {
  const response = await ups.send("GET", "/subscribers/AE");
  assert.deepEqual([response.statusCode, response.headers.upgrade], [426, "websocket"]);
});
