import assert from "node:assert/strict";
import { test } from "node:test";
import { EXAMPLE_MODEL } from "./example-model.ts";
import { findingOf } from "./finding.ts";
import { inShort } from "./finding-in-short.ts";
import { reason } from "./reason.ts";

const image = { sopClassUID: "1.2.840.10008.5.1.4.1.1.1" };
const activationMap = new Array(64).fill(0);
const made = {
  studyInstanceUID: "1.1",
  revision: 2,
  model: EXAMPLE_MODEL,
  softwareVersion: "1",
  analysedAt: new Date(0),
};

test("a finding in short tells the image with the highest probability, and counts the others", () => {
  const short = inShort(
    findingOf({
      ...made,
      instances: [
        { ...image, sopInstanceUID: "1.1.1", analysed: true, logit: -1, probability: 0.2, activationMap },
        {
          ...image,
          sopInstanceUID: "1.1.2",
          analysed: true,
          logit: 2,
          probability: 0.9,
          laterality: "R",
          activationMap,
        },
        { ...image, sopInstanceUID: "1.1.3", analysed: false, reason: reason("NOT_LATERAL") },
      ],
    }),
  );
  assert.deepEqual(short.tellingInstance, { sopInstanceUID: "1.1.2", laterality: "R" });
  assert.deepEqual(short.images, { analysed: 2, passedOver: 1 });
  assert.deepEqual([short.outcome, short.probability, short.revision], ["fracture", 0.9, 2]);
  assert.ok(JSON.stringify(short).length < 600, "no activation map");
});

test("what was not analysed has its reason", () => {
  const short = inShort(
    findingOf({
      ...made,
      instances: [{ ...image, sopInstanceUID: "1", analysed: false, reason: reason("NOT_A_WRIST") }],
    }),
  );
  assert.deepEqual(
    [short.outcome, short.reason?.code, short.tellingInstance],
    ["not-analysed", "NOT_A_WRIST", undefined],
  );
});
