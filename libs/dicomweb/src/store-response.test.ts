import assert from "node:assert/strict";
import { test } from "node:test";
import { DicomWebError } from "./dicom-web-error.ts";
import { FAILURE_CLASSES, failureClassOf, hexOf } from "./failure-reason.ts";
import { type FailedInstance, parseStoreResponse, type StoredInstance, storeResponse } from "./store-response.ts";

const CR = "1.2.840.10008.5.1.4.1.1.1";
const stored: StoredInstance = { sopClassUID: CR, sopInstanceUID: "1.2.1" };
const warned: StoredInstance = { sopClassUID: CR, sopInstanceUID: "1.2.2", warningReason: 0xb000 };
const failed = (failureReason: number): FailedInstance => ({ sopClassUID: CR, sopInstanceUID: "1.2.3", failureReason });
const other = (failureReason: number): FailedInstance => ({ failureReason });

test("the module as PS3.18 Table I.2-1 has it, in DICOM JSON", () => {
  const { status, body } = storeResponse({ stored: [stored, warned], failed: [failed(0xc122), other(0xc000)] });
  assert.equal(status, 202);
  assert.deepEqual(body, {
    "00081190": { vr: "UR" },
    "00081198": {
      vr: "SQ",
      Value: [
        {
          "00081150": { vr: "UI", Value: [CR] },
          "00081155": { vr: "UI", Value: ["1.2.3"] },
          "00081197": { vr: "US", Value: [49442] },
        },
      ],
    },
    "00081199": {
      vr: "SQ",
      Value: [
        {
          "00081150": { vr: "UI", Value: [CR] },
          "00081155": { vr: "UI", Value: ["1.2.1"] },
          "00081190": { vr: "UR" },
        },
        {
          "00081150": { vr: "UI", Value: [CR] },
          "00081155": { vr: "UI", Value: ["1.2.2"] },
          "00081190": { vr: "UR" },
          "00081196": { vr: "US", Value: [45056] },
        },
      ],
    },
    "0008119A": { vr: "SQ", Value: [{ "00081197": { vr: "US", Value: [49152] } }] },
  });
  assert.deepEqual(Object.keys(storeResponse({ stored: [stored], failed: [] }).body), ["00081190", "00081199"]);
});

test("an instance of which only one UID is known counts among the other failures", () => {
  const { body } = storeResponse({ stored: [], failed: [{ sopInstanceUID: "1.2", failureReason: 0xc006 }] });
  assert.deepEqual(Object.keys(body), ["00081190", "0008119A"]);
});

test("the status follows from what became of all", () => {
  const cases: [StoredInstance[], FailedInstance[], number][] = [
    [[stored], [], 200],
    [[stored, warned], [], 202],
    [[stored], [other(0xc000)], 202],
    [[], [other(0xc000), failed(0xc002)], 400],
    [[], [failed(0x0111)], 409],
    [[], [failed(0xc122), failed(0xa900)], 409],
    [[], [failed(0xc000), failed(0x0111)], 409],
    [[], [failed(0xa700), failed(0x0110)], 503],
    [[], [failed(0xa700), failed(0xc000)], 409],
    [[], [], 400],
  ];
  for (const [good, bad, status] of cases) {
    assert.equal(storeResponse({ stored: good, failed: bad }).status, status, JSON.stringify(bad));
  }
});

test("reading a response gives back what it was made of", () => {
  const outcomes = { stored: [stored, warned], failed: [failed(0xc122), other(0xc000)] };
  assert.deepEqual(parseStoreResponse(JSON.stringify(storeResponse(outcomes).body)), outcomes);
});

test("responses of others: an array, empty sequences, missing UIDs, nothing at all", () => {
  assert.deepEqual(parseStoreResponse('[{"00081198":{"vr":"SQ","Value":[]},"00081199":{"vr":"SQ"}}]'), {
    stored: [],
    failed: [],
  });
  assert.deepEqual(parseStoreResponse('{"00081198":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2"]}}]}}'), {
    stored: [],
    failed: [{ sopInstanceUID: "1.2", failureReason: 0x0110 }],
  });
  assert.deepEqual(parseStoreResponse("{}"), { stored: [], failed: [] });
});

for (const body of ["", "<html>", "null", "7", '{"a":1}', '{"00081199":{"vr":"SQ","Value":7}}', '[{"00081199":7}]']) {
  test(`${body || "nothing"} is no response`, () => {
    assert.throws(
      () => parseStoreResponse(body),
      (error) => error instanceof DicomWebError && error.code === "BAD_RESPONSE" && error.retryable,
    );
  });
}

test("each class of Failure Reason is reached, the particular before the general", () => {
  for (const failureClass of FAILURE_CLASSES) {
    const reason = Number.parseInt(failureClass.pattern.replaceAll("x", "F"), 16);
    assert.equal(failureClassOf(reason), failureClass);
  }
  assert.equal(failureClassOf(0xc000).pattern, "Cxxx");
  assert.equal(failureClassOf(0xa7ff).retryable, true);
  assert.equal(failureClassOf(0x1234).pattern, "xxxx");
  assert.equal(hexOf(0x0110), "0110");
});
