import assert from "node:assert/strict";
import { test } from "node:test";
import { DicomWebError } from "@redspot/dicomweb";
import { type InstanceNote, NotYet, PermanentFailure, type StudyJob, type SweepOutcome } from "@redspot/queue";
import { SpoolError } from "@redspot/spool";
import type { ImageInPacs } from "@redspot/sweep";
import { type Finding, findingOf, type Lane, reason } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { NotTheImage } from "./fetch-image.ts";
import { sweepingWith } from "./sweep-study.ts";

const job: StudyJob = { studyInstanceUID: "1.2", revision: 1 };

interface Situation {
  /** The study's images in the PACS, each with what comes of fetching it. */
  images?: Record<string, "there" | Error>;
  report?: "reported" | "document-only";
  /** Asking the PACS fails. */
  pacsFails?: Error;
  /** The lane that the study is in on the list: before, and once an image has been noted. */
  before?: Lane;
  noted?: Lane;
  known?: Finding;
  reportsWaiting?: number;
  analysisFails?: Error;
}

function findingWith(missing: readonly { sopInstanceUID: string; sopClassUID: string }[] = []): Finding {
  return findingOf({
    ...job,
    instances: missing.map(({ sopInstanceUID, sopClassUID }) => ({
      sopInstanceUID,
      sopClassUID,
      analysed: false as const,
      reason: reason("NOT_RETRIEVED"),
    })),
    model: EXAMPLE_MODEL,
    softwareVersion: "0",
    analysedAt: new Date(0),
  });
}

/** A sweep whose neighbours are in memory. */
function sweepOf(situation: Situation) {
  const { images = { "1.1": "there" } } = situation;
  const told: { outcomes: SweepOutcome[]; noted: string[]; settling: StudyJob[]; closed: number; missing: string[] } = {
    outcomes: [],
    noted: [],
    settling: [],
    closed: 0,
    missing: [],
  };
  let lane = situation.before;
  const sweeping = sweepingWith({
    backlog: { noteOutcome: async (_study, outcome) => void told.outcomes.push(outcome) },
    list: { get: async () => (lane === undefined ? undefined : ({ lane } as never)) },
    ledger: {
      noteInstance: async ({ sopInstanceUID }) => {
        told.noted.push(sopInstanceUID);
        lane = situation.noted ?? "backlog";
        return { newInstance: true, openRevision: 1, lane };
      },
      closeRevision: async () => {
        told.closed++;
        return { state: "settled", sopInstanceUIDs: told.noted };
      },
    },
    findings: { get: async () => situation.known },
    settling: { add: async (one) => void told.settling.push(one) },
    reports: { depth: async () => ({ waiting: situation.reportsWaiting ?? 0, active: 0, delayed: 0, failed: 0 }) },
    pacs: {
      imagesOf: async (studyInstanceUID) => {
        if (situation.pacsFails) throw situation.pacsFails;
        const found = Object.keys(images).map(
          (sopInstanceUID): ImageInPacs => ({
            studyInstanceUID,
            seriesInstanceUID: "1.3",
            sopInstanceUID,
            sopClassUID: "1.2.840.10008.5.1.4.1.1.1",
          }),
        );
        return { images: found, report: situation.report };
      },
    },
    fetch: async ({ seriesInstanceUID: _, ...image }): Promise<InstanceNote> => {
      const comes = images[image.sopInstanceUID];
      if (comes instanceof Error) throw comes;
      return { ...image, isImage: true, bytes: 1, lane: "backlog" };
    },
    analysis: {
      analyse: async (_job, missing = []) => {
        if (situation.analysisFails) throw situation.analysisFails;
        told.missing.push(...missing.map(({ sopInstanceUID }) => sopInstanceUID));
        return situation.known ?? findingWith(missing);
      },
      giveUp: async () =>
        findingOf({
          ...job,
          instances: [],
          model: EXAMPLE_MODEL,
          softwareVersion: "0",
          analysedAt: new Date(0),
          failure: reason("ANALYSIS_FAILED"),
        }),
    },
  });
  return { sweeping, told };
}

const away = new DicomWebError("UNREACHABLE", "away");
const broken = new DicomWebError("BAD_RESPONSE", "half");
const gone = new DicomWebError("NOT_FOUND", "gone", 404);

test("what the PACS has of a study is fetched, noted and analysed", async () => {
  const { sweeping, told } = sweepOf({ images: { "1.1": "there", "1.2": "there" } });
  assert.deepEqual(await sweeping.sweep(job), { kind: "not-analysed", reason: "NO_IMAGE" });
  assert.deepEqual([told.noted, told.closed, told.settling, told.outcomes.length], [["1.1", "1.2"], 1, [], 1]);
});

test("nothing is fetched of a study that arrived of itself, has a report by now or is gone", async () => {
  for (const [situation, kind] of [
    [{ before: "live" }, "arrived"],
    [{ report: "reported" }, "reported"],
    [{ images: {} }, "gone"],
  ] as const) {
    const { sweeping, told } = sweepOf(situation);
    assert.deepEqual(await sweeping.sweep(job), { kind });
    assert.deepEqual([told.noted, told.outcomes], [[], [{ kind }]]);
  }
  const { sweeping } = sweepOf({ report: "document-only" });
  assert.equal((await sweeping.sweep(job)).kind, "not-analysed", "a document may be no report");
});

test("a study that arrives of itself while it is fetched is left to the live queues, settling job and all", async () => {
  const { sweeping, told } = sweepOf({ noted: "live" });
  assert.deepEqual(await sweeping.sweep(job), { kind: "arrived" });
  assert.deepEqual([told.settling, told.closed], [[job], 0]);
});

test("a study whose finding is there is not asked for again", async () => {
  const known = { ...findingWith(), outcome: "fracture", probability: 0.75, reason: undefined } as Finding;
  const { sweeping, told } = sweepOf({ before: "backlog", known, pacsFails: away, reportsWaiting: 1000 });
  assert.deepEqual(await sweeping.sweep(job), { kind: "fracture", probability: 0.75 });
  assert.deepEqual(told.noted, []);
});

test("while the PACS is away, asks for patience, or there is no room, the study waits and no try counts", async () => {
  for (const [situation, waitMs] of [
    [{ pacsFails: away }, 60_000],
    [{ pacsFails: new DicomWebError("UNAVAILABLE", "busy", 503, 5_000) }, 5_000],
    [{ images: { "1.1": new SpoolError("NO_SPACE", "full") } }, 60_000],
    [{ images: { "1.1": "there", "1.2": away } }, 60_000],
    [{ reportsWaiting: 200 }, 60_000],
  ] as const) {
    const { sweeping, told } = sweepOf(situation);
    await assert.rejects(sweeping.sweep(job), (error: unknown) => error instanceof NotYet && error.waitMs === waitMs);
    assert.deepEqual([told.noted, told.outcomes], [[], []]);
  }
});

test("an image that the PACS will never give is told of beside those that it gave; one that may come yet is tried again", async () => {
  const forGood = sweepOf({ images: { "1.1": "there", "1.2": gone, "1.3": new NotTheImage("another") } });
  await forGood.sweeping.sweep(job);
  assert.deepEqual([forGood.told.noted, forGood.told.missing], [["1.1"], ["1.2", "1.3"]]);
  const perhaps = sweepOf({ images: { "1.1": "there", "1.2": broken } });
  await assert.rejects(perhaps.sweeping.sweep(job), { code: "BAD_RESPONSE" });
  await perhaps.sweeping.giveUp(job, broken);
  assert.deepEqual([perhaps.told.noted, perhaps.told.missing], [["1.1"], ["1.2"]]);
  assert.deepEqual(perhaps.told.outcomes, [{ kind: "not-analysed", reason: "NOT_RETRIEVED" }]);
});

test("a study of which nothing can be had is a dead letter with its reason, and on no list", async () => {
  const { sweeping, told } = sweepOf({ images: { "1.1": gone, "1.2": gone } });
  const failure = await sweeping.sweep(job).catch((error: unknown) => error);
  assert.ok(failure instanceof PermanentFailure);
  assert.equal((failure as { code?: string }).code, "NOT_RETRIEVED");
  await sweeping.giveUp(job, failure);
  assert.deepEqual([told.noted, told.outcomes], [[], [{ kind: "failed", code: "NOT_RETRIEVED" }]]);
});

test("a study that is on the list and cannot be analysed says so there", async () => {
  const { sweeping, told } = sweepOf({ analysisFails: new Error("engine") });
  await assert.rejects(sweeping.sweep(job), /engine/);
  await sweeping.giveUp(job, new Error("engine"));
  assert.deepEqual(told.outcomes, [{ kind: "not-analysed", reason: "ANALYSIS_FAILED" }]);
});
