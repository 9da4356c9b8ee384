import assert from "node:assert/strict";
import { test } from "node:test";
import { reportUids } from "@redspot/sr";
import type { Finding } from "@redspot/triage";
import type { SentStudy } from "./senders-log.ts";
import { isAtRest, judge, type Policy, reportUidOf, type SeenStudy } from "./verdict.ts";

const study = "1.2.3";
const model = { packageHash: "ab".repeat(32) };
const policy: Policy = { headStartMs: 1_000_000, probabilities: new Map([["lateral 1", 0.9]]) };

const sent: SentStudy = {
  studyInstanceUID: study,
  acknowledgedAt: 5_000_000,
  acknowledgements: [],
  instances: new Map([
    [
      "1.1",
      {
        sopInstanceUID: "1.1",
        isImage: true,
        templateName: "lateral 1",
        expected: { analysed: true, fracture: true },
        sha256: "aa",
        acknowledgedAt: 5_000_000,
      },
    ],
    [
      "1.2",
      {
        sopInstanceUID: "1.2",
        isImage: true,
        templateName: "frontal",
        expected: { analysed: false, reason: "NOT_LATERAL" },
        sha256: "bb",
        acknowledgedAt: 5_000_100,
      },
    ],
    // Never acknowledged: it may be there or not.
    [
      "1.3",
      {
        sopInstanceUID: "1.3",
        isImage: true,
        templateName: "lateral 1",
        expected: { analysed: true, fracture: true },
        sha256: "cc",
      },
    ],
  ]),
};

const finding = {
  revision: 2,
  outcome: "fracture",
  model,
  instances: [
    { sopInstanceUID: "1.1", analysed: true, probability: 0.9001 },
    { sopInstanceUID: "1.2", analysed: false, reason: { code: "NOT_LATERAL" } },
  ],
};
const report = { sopInstanceUID: reportUidOf(study, finding), evidence: ["1.1", "1.2"] };
const well: SeenStudy = {
  study: { arrivedAt: "4999999.5", settledRevision: "2", foundRevision: "2", report: '{"state":"stored"}' },
  noted: ["1.1", "1.2"],
  findings: new Map([[2, finding]]),
  score: 3_999_999.5,
  spooled: new Map([["1.1", "aa"]]),
  reports: [report],
};

const kinds = (seen: Partial<SeenStudy>) => judge(sent, { ...well, ...seen }, policy).map(({ kind }) => kind);
const withFinding = (instances: object[], outcome = "fracture") => ({
  findings: new Map([[2, { ...finding, outcome, instances } as typeof finding]]),
});
const [first, second] = finding.instances as [object, object];

test("where all is well there is no complaint", () => {
  assert.deepEqual(judge(sent, well, policy), []);
});

test("what is acknowledged and has no answer, or another's, is lost", () => {
  assert.deepEqual(kinds({ noted: ["1.1"] }), ["lost"]);
  assert.deepEqual(kinds({ spooled: new Map([["1.1", "zz"]]) }), ["lost"]);
  assert.deepEqual(kinds(withFinding([first])), ["lost"]);
  assert.deepEqual(kinds(withFinding([first, { ...second, reason: { code: "UNREADABLE_INSTANCE" } }])), ["lost"]);
  assert.deepEqual(kinds(withFinding([{ ...first, probability: 0.1 }, second])), ["lost"]);
  assert.deepEqual(kinds(withFinding([{ ...first, analysed: false, reason: { code: "NO_PIXEL_DATA" } }, second])), [
    "lost",
  ]);
  assert.deepEqual(kinds({ reports: [] }), ["lost"]);
  assert.deepEqual(kinds({ reports: [{ ...report, evidence: ["1.1"] }] }), ["lost"]);
});

test("an analysis that was given up is told apart", () => {
  const givenUp = { ...first, analysed: false, reason: { code: "ANALYSIS_FAILED" } };
  assert.deepEqual(kinds(withFinding([givenUp, second])), ["given-up"]);
});

test("more than one report of a revision, or one of nobody, is one too many", () => {
  assert.deepEqual(kinds({ reports: [report, report] }), ["duplicated"]);
  assert.deepEqual(kinds({ reports: [report, { ...report, sopInstanceUID: "2.25.1" }] }), ["duplicated"]);
  assert.deepEqual(kinds(withFinding([first, first, second])), ["duplicated"]);
});

test("a study that is not where the policy puts it is misordered", () => {
  assert.deepEqual(kinds({ score: undefined }), ["misordered"]);
  assert.deepEqual(kinds({ score: 4_999_999.5 }), ["misordered"], "no head start");
  assert.deepEqual(kinds(withFinding([first, second], "no-fracture")), ["misordered"], "a head start for nothing");
  const late = { ...well.study, arrivedAt: "5000999" };
  assert.deepEqual(
    kinds({ study: late, score: 4_000_999 }),
    ["misordered"],
    "it arrived later than it was acknowledged",
  );
});

test("a study is at rest when its last revision is closed, judged, and reported or given up on", () => {
  assert.ok(isAtRest(well));
  assert.ok(isAtRest({ study: { ...well.study, report: '{"state":"failed","retrying":false}' } }));
  for (const change of [
    { openRevision: "3" },
    { foundRevision: "1" },
    { report: '{"state":"failed","retrying":true}' },
    { report: '{"state":"pending"}' },
  ]) {
    assert.ok(!isAtRest({ study: { ...well.study, ...change } }), JSON.stringify(change));
  }
});

test("the checker's own derivation of a report's UID is that of the reports", () => {
  for (let revision = 1; revision < 50; revision += 1) {
    const known = reportUids({ studyInstanceUID: study, revision, model } as unknown as Finding);
    assert.equal(reportUidOf(study, { revision, model }), known.sopInstanceUID);
  }
});
