import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestFailure, type RequestFailureCode } from "./failures.ts";
import { boundaryOf, checkAccept, studyOfPath } from "./store-request.ts";

const refused = (code: RequestFailureCode) => (error: unknown) =>
  error instanceof RequestFailure && error.code === code;

test("the boundary of what senders write", () => {
  for (const strict of [true, false]) {
    for (const header of [
      'multipart/related; type="application/dicom"; boundary="b"',
      "Multipart/Related; boundary=b; type=application/DICOM",
    ]) {
      assert.equal(boundaryOf({ "content-type": header }, strict), "b");
    }
  }
  const without = { "content-type": "multipart/related; boundary=b" };
  assert.equal(boundaryOf(without, false), "b");
  assert.throws(() => boundaryOf(without, true), refused("UNSUPPORTED_MEDIA_TYPE"));
});

test("other bodies and other boundaries are refused", () => {
  for (const header of [
    undefined,
    "application/dicom",
    'multipart/form-data; type="application/dicom"; boundary=b',
    'multipart/related; type="application/dicom+json"; boundary=b',
  ]) {
    assert.throws(() => boundaryOf({ "content-type": header }, false), refused("UNSUPPORTED_MEDIA_TYPE"), header);
  }
  for (const boundary of ["", `; boundary=""`, `; boundary=${"b".repeat(201)}`]) {
    const header = `multipart/related; type="application/dicom"${boundary}`;
    assert.throws(() => boundaryOf({ "content-type": header }, false), refused("BAD_BOUNDARY"), boundary);
  }
});

test("strict, a boundary has at most 70 characters; lenient, it may have as many as Orthanc's", () => {
  const header = `multipart/related; type="application/dicom"; boundary=${"b".repeat(73)}`;
  assert.equal(boundaryOf({ "content-type": header }, false), "b".repeat(73));
  assert.throws(() => boundaryOf({ "content-type": header }, true), refused("BAD_BOUNDARY"));
});

test("what is acceptable to whom", () => {
  const both = ["application/dicom+json", "*/*", "application/*", "text/html, application/dicom+json;q=0.1"];
  const lenient = [undefined, "", "application/json", "text/html, application/json;q=0.2"];
  const none = ["text/html", "application/dicom+json;q=0", "application/dicom+xml", "application/dicom"];
  for (const accept of both) {
    checkAccept({ accept }, true);
    checkAccept({ accept }, false);
  }
  for (const accept of lenient) {
    checkAccept({ accept }, false);
    assert.throws(() => checkAccept({ accept }, true), refused("NOT_ACCEPTABLE"), accept);
  }
  for (const accept of none) {
    assert.throws(() => checkAccept({ accept }, false), refused("NOT_ACCEPTABLE"), accept);
    assert.throws(() => checkAccept({ accept }, true), refused("NOT_ACCEPTABLE"), accept);
  }
});

test("a path's study is a UID or absent", () => {
  assert.deepEqual(studyOfPath(undefined), {});
  assert.deepEqual(studyOfPath("1.2.3"), { studyInstanceUID: "1.2.3" });
  for (const study of ["", "..", "1..2", "1.2.3 ", "x"])
    assert.throws(() => studyOfPath(study), refused("BAD_STUDY_UID"));
});
