import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TransferSyntax } from "@redspot/dicom";
import type { InstanceFailureCode } from "./failures.ts";
import { crFile, multipart, sopInstanceUIDOf, studyInstanceUIDOf } from "./test-instances.ts";
import { outcome, post, reason, TestService } from "./test-service.ts";

const service = new TestService();

describe("each part has an outcome of its own", () => {
  const good = crFile({ study: "parts", name: "good" });
  const named = (name: string, more: Parameters<typeof crFile>[1] = {}) => crFile({ study: "parts", name }, more);
  const uid = (name: string) => sopInstanceUIDOf("parts", name);
  const unknown = Buffer.from(named("unknown"));
  unknown.write("1.2.3.840.100081.99", unknown.indexOf(TransferSyntax.ExplicitVRLittleEndian), "latin1");
  const malformed = Buffer.from(named("malformed"));
  malformed.write("??", malformed.indexOf(Buffer.from("10001000504e", "hex")) + 4, "latin1");

  const bad: Record<string, { part: Uint8Array | string; code: InstanceFailureCode; uid?: string; status: number }> = {
    "an empty part": { part: new Uint8Array(0), code: "EMPTY_PART", status: 400 },
    "a part that is no DICOM file": {
      part: new TextEncoder().encode("%PDF-1.7 ".repeat(50)),
      code: "NOT_PART_10",
      status: 400,
    },
    "a truncated file": { part: named("cut").subarray(0, -1), code: "TRUNCATED", uid: uid("cut"), status: 400 },
    "a corrupt file": { part: malformed, code: "MALFORMED", uid: uid("malformed"), status: 400 },
    "a part without a study": {
      part: named("no study", { StudyInstanceUID: null }),
      code: "MISSING_UID",
      uid: uid("no study"),
      status: 400,
    },
    "a part of another type": { part: "Content-Type: image/jpeg\r\n\r\nJFIF", code: "WRONG_PART_TYPE", status: 400 },
    "a part with a bad header": { part: "no header at all\r\n\r\nx", code: "BAD_PART_HEADER", status: 400 },
    "a part with a long header": { part: `X: ${"y".repeat(2000)}\r\n\r\nx`, code: "BAD_PART_HEADER", status: 400 },
    "a transfer syntax that nobody knows": {
      part: unknown,
      code: "TRANSFER_SYNTAX",
      uid: uid("unknown"),
      status: 409,
    },
    "an instance that is too large": {
      part: named("large", { PixelData: new Uint8Array(1_000_000) }),
      code: "INSTANCE_TOO_LARGE",
      uid: uid("large"),
      status: 409,
    },
  };

  for (const [name, { part, code, uid = "", status }] of Object.entries(bad)) {
    test(`${name} fails as ${code}, alone and beside a good one`, async () => {
      const address = await service.serve();
      const failed = { [uid]: [reason(code)] };
      assert.deepEqual(await outcome(await post(address, multipart([part]))), [status, [], failed]);
      for (const parts of [
        [part, good],
        [good, part],
      ]) {
        assert.deepEqual(await outcome(await post(address, multipart(parts))), [202, [uid_good], failed]);
      }
    });
  }
  const uid_good = uid("good");

  test("all of them at once, and the service goes on", async () => {
    const address = await service.serve();
    const parts = Object.values(bad).map(({ part }) => part);
    const [status, stored, failed] = await outcome(await post(address, multipart([...parts, good])));
    assert.equal(status, 202);
    assert.deepEqual(stored, [uid_good]);
    assert.equal(Object.values(failed).flat().length, parts.length);
    const [allBad] = await outcome(await post(address, multipart(parts)));
    assert.equal(allBad, 409, "mixed reasons");
    assert.equal((await post(address, multipart([good]))).status, 200);
  });

  test("an instance of another study than the path's fails, one of that study is stored", async () => {
    const address = await service.serve();
    const path = `/studies/${studyInstanceUIDOf("parts")}`;
    const stranger = crFile({ study: "stranger" });
    const failed = { [sopInstanceUIDOf("stranger", "1")]: ["C409"] };
    assert.deepEqual(await outcome(await post(address, multipart([stranger, good]), { path })), [
      202,
      [uid_good],
      failed,
    ]);
    assert.deepEqual(await outcome(await post(address, multipart([stranger]), { path })), [409, [], failed]);
    await assert.rejects(service.spool.read(studyInstanceUIDOf("stranger"), sopInstanceUIDOf("stranger", "1")));
  });

  test("a body that ends early fails the part that it ends in, and keeps those before", async () => {
    const address = await service.serve();
    const cut = named("cut");
    const body = multipart([good, cut]);
    const early = await outcome(await post(address, body.subarray(0, body.byteLength - 100)));
    assert.deepEqual(early, [202, [uid_good], { [uid("cut")]: [reason("TRUNCATED")] }]);
    const withoutClosing = await outcome(await post(address, multipart([cut]).subarray(0, -10)));
    assert.deepEqual(withoutClosing, [400, [], { [uid("cut")]: [reason("TRUNCATED")] }]);
  });

  test("more parts than allowed: the first ones are stored", async () => {
    const address = await service.serve();
    const [status, stored, failed] = await outcome(await post(address, multipart(Array(31).fill(good))));
    assert.equal(status, 202);
    assert.equal(stored.length, 30);
    assert.deepEqual(failed, { "": [reason("TOO_MANY_PARTS")] });
  });

  test("strict, a part has to say what it is", async () => {
    const address = await service.serve({ strict: true });
    const body = multipart([good]).toString("latin1").replace("Content-Type: application/dicom", "X: y");
    const [status, , failed] = await outcome(await post(address, Buffer.from(body, "latin1")));
    assert.deepEqual([status, failed], [400, { "": [reason("WRONG_PART_TYPE")] }]);
  });
});
