import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelInput } from "@redspot/pixels";
import type { InstanceNote, StudyJob } from "@redspot/queue";
import { type Finding, reason } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { analysisWith } from "./analyse-study.ts";
import type { Preparation } from "./prepare-instance.ts";

const job: StudyJob = { studyInstanceUID: "1.2", revision: 1 };
const SEEN = { x: -10, y: 20.5, width: 800, height: 640 };

/**
 * An analysis whose neighbours are in memory: instances by SOP Instance UID, each with the logit that the network would
 * give it, or what kept it from being prepared.
 */
function analysisOf(
  instances: Record<string, number | Preparation | Error>,
  documents: string[] = [],
  { onScore = () => {}, notes = {} }: { onScore?: () => void; notes?: Record<string, Partial<InstanceNote>> } = {},
) {
  const stored = new Map<number, Finding>();
  const recorded = new Map<number, Finding>();
  const reports: StudyJob[] = [];
  const settling: StudyJob[] = [];
  let prepared = 0;
  let packageHash = EXAMPLE_MODEL.packageHash;
  const scoredBy: string[] = [];
  const promote = (hash: string) => {
    packageHash = hash;
  };
  const note = (sopInstanceUID: string, isImage: boolean): InstanceNote => ({
    studyInstanceUID: job.studyInstanceUID,
    sopInstanceUID,
    sopClassUID: "1.2.840.10008.5.1.4.1.1.1",
    isImage,
    bytes: 1,
    ...notes[sopInstanceUID],
  });
  const analysis = analysisWith({
    ledger: {
      instancesOf: async () => [
        ...Object.keys(instances).map((uid) => note(uid, true)),
        ...documents.map((uid) => note(uid, false)),
      ],
      openAgain: async () => 2,
    },
    findings: {
      get: async (_study, revision) => stored.get(revision),
      put: async (finding) => {
        if (!stored.has(finding.revision)) stored.set(finding.revision, finding);
        return stored.get(finding.revision) ?? finding;
      },
    },
    records: {
      finding: async (_study, revision) => recorded.get(revision),
      keepFinding: async (finding) => {
        recorded.set(finding.revision, finding);
        return finding;
      },
    },
    onUnrecorded: assert.ifError,
    settling: { add: async (one) => void settling.push(one) },
    reports: { add: async (one) => void reports.push(one) },
    pool: {
      prepare: async ({ sopInstanceUID }) => {
        prepared++;
        const given = instances[sopInstanceUID];
        if (given instanceof Error) throw given;
        if (typeof given === "object") return given;
        return { prepared: { input: { logit: given, facts: { seen: SEEN } } as unknown as ModelInput } };
      },
    },
    batcher: {
      score: async (input, by) => {
        scoredBy.push(by.identity.packageHash);
        onScore();
        return {
          logit: (input as unknown as { logit: number }).logit,
          activationMap: Array.from({ length: 64 }, () => 0),
          features: new Float32Array(2048),
        };
      },
    },
    speaking: {
      now: async () => ({
        identity: { ...EXAMPLE_MODEL, packageHash },
        calibrate: (logit: number) => 1 / (1 + Math.exp(-logit)),
      }),
    },
    softwareVersion: "0",
    now: () => new Date(0),
  });
  /** As a Redis does that comes back without what it knew last. */
  const forget = () => stored.clear();
  return { analysis, reports, settling, forget, promote, scoredBy, preparedTimes: () => prepared };
}

test("a study is as suspicious as its most suspicious image, and its report is queued", async () => {
  const { analysis, reports } = analysisOf({ "1.1": -2, "1.3": 3, "1.4": { reason: reason("NOT_LATERAL") } });
  const finding = await analysis.analyse(job);
  assert.equal(finding.outcome, "fracture");
  assert.equal(finding.probability?.toFixed(4), "0.9526");
  assert.equal(finding.instances.length, 3);
  assert.deepEqual(finding.instances[0]?.analysed && finding.instances[0].seen, SEEN);
  assert.deepEqual(reports, [job]);
});

test("doing it again finds what was found, prepares nothing, and queues the report that may be missing", async () => {
  const { analysis, reports, preparedTimes } = analysisOf({ "1.1": 1 });
  const first = await analysis.analyse(job);
  assert.deepEqual(await analysis.analyse(job), first);
  assert.equal(preparedTimes(), 1);
  assert.equal(reports.length, 2);
});

test("a finding that Redis has lost is the one that was recorded, to the moment, also where the study is given up since", async () => {
  const { analysis, reports, forget, preparedTimes } = analysisOf({ "1.1": 1 });
  const first = await analysis.analyse(job);
  for (const way of [analysis.analyse, analysis.giveUp]) {
    forget();
    assert.deepEqual(await way(job), first);
  }
  assert.equal(preparedTimes(), 1);
  assert.equal(reports.length, 3);
});

test("an image that came after a finding which Redis had forgotten is judged in a revision of its own", async () => {
  const instances: Record<string, number | Preparation | Error> = { "1.1": 1 };
  const { analysis, settling, forget } = analysisOf(instances);
  const first = await analysis.analyse(job);
  assert.deepEqual(settling, []);
  forget();
  instances["1.2"] = 3;
  assert.deepEqual(await analysis.analyse(job), first, "its number was given away with the report");
  assert.deepEqual(settling, [{ ...job, revision: 2 }]);
});

test("what an image showed that is no longer kept is what the same model found before", async () => {
  const instances: Record<string, number | Preparation | Error> = {
    "1.1": 3,
    "1.2": { reason: reason("NOT_LATERAL") },
  };
  const { analysis } = analysisOf(instances);
  const first = await analysis.analyse(job);
  instances["1.1"] = instances["1.2"] = { reason: reason("INSTANCE_REMOVED") };
  instances["1.3"] = -3;
  instances["1.4"] = { reason: reason("INSTANCE_REMOVED") };
  const second = await analysis.analyse({ ...job, revision: 2 });
  assert.equal(second.outcome, "fracture");
  assert.deepEqual(second.instances.slice(0, 2), first.instances);
  assert.deepEqual(
    second.instances.map((one) => (one.analysed ? "analysed" : one.reason.code)),
    ["analysed", "NOT_LATERAL", "analysed", "INSTANCE_REMOVED"],
  );
});

test("what is no radiograph, or larger than any, is passed over unread: a tomography has thousands of images, or gigabytes", async () => {
  const notes = {
    "1.1": { sopClassUID: "1.2.840.10008.5.1.4.1.1.2" },
    "1.2": { sopClassUID: "1.2.840.10008.5.1.4.1.1.13.1.3", bytes: 2 ** 31 },
    "1.3": { sopClassUID: "1.2.840.10008.5.1.4.1.1.1.1.1" },
    "1.4": { bytes: 2 ** 28 },
  };
  const { analysis, preparedTimes } = analysisOf({ "1.1": 9, "1.2": 9, "1.3": 9, "1.4": 9, "1.5": -3 }, [], { notes });
  const finding = await analysis.analyse(job);
  assert.deepEqual(
    finding.instances.map((one) => (one.analysed ? one.logit : one.reason.code)),
    ["NOT_A_RADIOGRAPH", "NOT_A_RADIOGRAPH", "FOR_PROCESSING", "IMAGE_TOO_LARGE", -3],
  );
  assert.equal(preparedTimes(), 1);
});

test("a study of documents alone is not analysed, and says so", async () => {
  const finding = await analysisOf({}, ["1.8"]).analysis.analyse(job);
  assert.deepEqual([finding.outcome, finding.reason?.code], ["not-analysed", "NO_IMAGE"]);
});

test("an error of the machinery is no answer about the study: it is thrown, and nothing is stored", async () => {
  const { analysis, reports } = analysisOf({ "1.1": new Error("disk") });
  await assert.rejects(analysis.analyse(job), /disk/);
  assert.deepEqual(reports, []);
});

test("a study that is given up has a finding that says so, and a report", async () => {
  const { analysis, reports } = analysisOf({ "1.1": new Error("disk") });
  const finding = await analysis.giveUp(job);
  assert.deepEqual([finding.outcome, finding.reason?.code], ["not-analysed", "ANALYSIS_FAILED"]);
  assert.equal(finding.instances.length, 1);
  assert.deepEqual(reports, [job]);
});

test("an image that comes late and cannot be analysed takes no flag away that the others have given", async () => {
  const instances: Record<string, number | Preparation | Error> = { "1.1": 3 };
  const { analysis, promote } = analysisOf(instances);
  const first = await analysis.analyse(job);
  instances["1.2"] = new Error("decoder");
  await assert.rejects(analysis.analyse({ ...job, revision: 2 }), /decoder/);
  const second = await analysis.giveUp({ ...job, revision: 2 });
  assert.deepEqual([second.outcome, second.probability], ["fracture", first.probability]);
  assert.deepEqual(second.instances[0], first.instances[0]);
  assert.equal(second.instances[1]?.analysed === false && second.instances[1].reason.code, "ANALYSIS_FAILED");
  promote("f".repeat(64));
  const third = await analysis.giveUp({ ...job, revision: 3 });
  assert.deepEqual([third.outcome, third.reason?.code], ["not-analysed", "ANALYSIS_FAILED"], "another says nothing");
});

test("a revision that is not settled is not judged", async () => {
  await assert.rejects(analysisOf({}).analysis.analyse(job), /not settled/);
});

test("a study is judged by the package that had the word when it began, whoever gets it meanwhile", async () => {
  const next = "f".repeat(64);
  const instances = { "1.1": 1, "1.2": 2, "1.3": 3 };
  const { analysis, promote, scoredBy } = analysisOf(instances, [], { onScore: () => promote(next) });
  const finding = await analysis.analyse(job);
  const before = EXAMPLE_MODEL.packageHash;
  assert.deepEqual(new Set(scoredBy), new Set([before]));
  assert.equal(finding.model.packageHash, before);
  assert.equal((await analysis.analyse({ ...job, revision: 2 })).model.packageHash, next);
  assert.equal((await analysis.analyse(job)).model.packageHash, before, "and what was said stays said");
});
