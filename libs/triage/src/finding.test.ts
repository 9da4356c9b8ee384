import assert from "node:assert/strict";
import { test } from "node:test";
import { EXAMPLE_MODEL } from "./example-model.ts";
import { findingOf, findingSchema, type InstanceFinding } from "./finding.ts";
import { reason } from "./reason.ts";

const study = {
  studyInstanceUID: "1.2.3",
  revision: 1,
  model: { ...EXAMPLE_MODEL, inconclusiveBand: { low: 0.45, high: 0.55 } },
  softwareVersion: "0",
  analysedAt: new Date(0),
};

function analysed(probability: number): InstanceFinding {
  return {
    sopInstanceUID: "1.1",
    sopClassUID: "1.2",
    analysed: true,
    logit: 0,
    probability,
    activationMap: Array.from({ length: 64 }, () => 0),
  };
}

function passed(code: Parameters<typeof reason>[0]): InstanceFinding {
  return { sopInstanceUID: "1.2", sopClassUID: "1.2", analysed: false, reason: reason(code) };
}

test("a study's probability is the highest of its instances", () => {
  const finding = findingOf({ ...study, instances: [analysed(0.2), analysed(0.9), passed("NOT_LATERAL")] });
  assert.equal(finding.outcome, "fracture");
  assert.equal(finding.probability, 0.9);
  assert.equal(finding.reason, undefined);
  assert.doesNotThrow(() => findingSchema.parse(finding));
});

test("a study in which nothing was analysed says why, by the instance that came closest", () => {
  const finding = findingOf({
    ...study,
    instances: [passed("NOT_A_RADIOGRAPH"), passed("OPEN_GROWTH_PLATES"), passed("NOT_LATERAL")],
  });
  assert.equal(finding.outcome, "not-analysed");
  assert.equal(finding.reason?.code, "OPEN_GROWTH_PLATES");
  assert.equal(finding.probability, undefined);
});

test("a study without instances, and one whose analysis failed, are explicit too", () => {
  assert.equal(findingOf({ ...study, instances: [] }).reason?.code, "NO_IMAGE");
  const failed = findingOf({ ...study, instances: [], failure: reason("ANALYSIS_FAILED") });
  assert.deepEqual([failed.outcome, failed.reason?.code], ["not-analysed", "ANALYSIS_FAILED"]);
});

test("a finding takes nothing that is not of it, so that no patient data slips in", () => {
  const finding = findingOf({ ...study, instances: [] });
  assert.equal(findingSchema.safeParse({ ...finding, patientName: "A^B" }).success, false);
  assert.equal(findingSchema.safeParse({ ...finding, studyInstanceUID: "A^B" }).success, false);
});
