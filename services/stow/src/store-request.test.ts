import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestFailure, type RequestFailureCode } from "./failures.ts";
import { bodyOf, responseTypeOf, studyOfPath } from "./store-request.ts";

const refused = (code: RequestFailureCode) => (error: unknown) =>
  error instanceof RequestFailure && error.code === code;

test("the boundary of what senders write", () => {
  for (const strict of [true, false]) {
    for (const header of [
      'multipart/related; type="application/dicom"; boundary="b"',
      'Multipart/Related; boundary=b; TYPE="application/DICOM"',
    ]) {
      assert.deepEqual(bodyOf({ "content-type": header }, strict), { boundary: "b", type: "application/dicom" });
    }
  }
  for (const header of ["multipart/related; boundary=b", "multipart/related; boundary=b; type = application/dicom"]) {
    assert.equal(bodyOf({ "content-type": header }, false).boundary, "b");
    assert.throws(() => bodyOf({ "content-type": header }, true), refused("UNSUPPORTED_MEDIA_TYPE"));
  }
});

test("metadata is written in JSON or XML", () => {
  for (const type of ["application/dicom+json", "application/dicom+xml"] as const) {
    const header = `multipart/related; type="${type}"; boundary=b`;
    assert.deepEqual(bodyOf({ "content-type": header }, true), { boundary: "b", type });
  }
});

test("a body with a coding is refused: it would have to be undone before it can be read", () => {
  const type = { "content-type": 'multipart/related; type="application/dicom"; boundary="b"' };
  assert.equal(bodyOf({ ...type, "content-encoding": "identity" }, true).boundary, "b");
  assert.throws(() => bodyOf({ ...type, "content-encoding": "gzip" }, false), refused("UNSUPPORTED_MEDIA_TYPE"));
});

test("other bodies and other boundaries are refused", () => {
  for (const header of [
    undefined,
    "application/dicom",
    'multipart/form-data; type="application/dicom"; boundary=b',
    'multipart/related; type="application/octet-stream"; boundary=b',
  ]) {
    assert.throws(() => bodyOf({ "content-type": header }, false), refused("UNSUPPORTED_MEDIA_TYPE"), header);
  }
  for (const boundary of ["", `; boundary=""`, `; boundary=${"b".repeat(201)}`]) {
    const header = `multipart/related; type="application/dicom"${boundary}`;
    assert.throws(() => bodyOf({ "content-type": header }, false), refused("BAD_BOUNDARY"), boundary);
  }
});

test("strict, a boundary has at most 70 characters; lenient, it may have as many as Orthanc's", () => {
  const header = `multipart/related; type="application/dicom"; boundary=${"b".repeat(73)}`;
  assert.equal(bodyOf({ "content-type": header }, false).boundary, "b".repeat(73));
  assert.throws(() => bodyOf({ "content-type": header }, true), refused("BAD_BOUNDARY"));
});

test("the response is written as the sender likes it best", () => {
  const json = ["application/dicom+json", "*/*", "application/*", "text/html, application/dicom+json;q=0.1"];
  const xml = [
    "application/dicom+xml",
    "application/dicom+json;q=0.5, application/dicom+xml",
    "application/dicom+json;q=0, */*",
    "application/dicom+xml; charset=utf-8",
    "application/dicom+xml;q=0.2, */*;q=0.1",
  ];
  for (const strict of [true, false]) {
    for (const accept of json) assert.equal(responseTypeOf({ accept }, strict), "application/dicom+json", accept);
    for (const accept of xml) assert.equal(responseTypeOf({ accept }, strict), "application/dicom+xml", accept);
    for (const accept of ["text/html", "application/dicom+json;q=0", "application/dicom", "image/*"]) {
      assert.throws(() => responseTypeOf({ accept }, strict), refused("NOT_ACCEPTABLE"), accept);
    }
  }
});

test("lenient, plain JSON and XML will do, and silence means JSON", () => {
  const cases: [string | undefined, string][] = [
    [undefined, "application/dicom+json"],
    ["", "application/dicom+json"],
    ["text/html, application/json;q=0.2", "application/dicom+json"],
    ["application/xml", "application/dicom+xml"],
    ["text/xml, application/json;q=0.9", "application/dicom+xml"],
  ];
  for (const [accept, type] of cases) {
    assert.equal(responseTypeOf({ accept }, false), type);
    assert.throws(() => responseTypeOf({ accept }, true), refused("NOT_ACCEPTABLE"), accept);
  }
});

test("a path's study is a UID or absent", () => {
  assert.deepEqual(studyOfPath(undefined), {});
  assert.deepEqual(studyOfPath("1.2.3"), { studyInstanceUID: "1.2.3" });
  for (const study of ["", "..", "1..2", "1.2.3 ", "x"])
    assert.throws(() => studyOfPath(study), refused("BAD_STUDY_UID"));
});
