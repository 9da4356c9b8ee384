import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StudyTruth } from "@redspot/phantom";
import type { ReadingListLine } from "@redspot/testbed";
import { complaintsAbout, figuresOf, type Outcome, type SentStudy } from "./verdict.ts";

const colles = {
  type: "colles",
  severity: 1,
  ulnarStyloid: false,
  angulation: 30,
  displacement: 5,
  impaction: 3,
  line: "lucent",
} as const;
const broken: StudyTruth = { fracture: colles, eligible: true, laterality: "L", redSpot: false };
const whole: StudyTruth = { fracture: false, eligible: true, laterality: "L", redSpot: false };
const child: StudyTruth = { ...whole, eligible: false, exclusion: "open-growth-plates" };
const cast: StudyTruth = { ...whole, eligible: false, exclusion: "cast" };

const study = (uid: string, truth: StudyTruth): SentStudy => ({ studyInstanceUID: uid, label: `S${uid}`, truth });

const line = (uid: string, rest: Partial<ReadingListLine>): ReadingListLine => ({
  position: 0,
  studyInstanceUID: uid,
  arrivedAt: `2024-01-15T08:0${uid}:00.000Z`,
  lane: "live",
  outcome: "no-fracture",
  probability: 0.1,
  report: { state: "stored" },
  ...rest,
});
const notAnalysed = (uid: string, code: string) =>
  line(uid, { outcome: "not-analysed", probability: null, reason: { code, text: "because" } });

/** Three studies that went as they must: the second to arrive is broken, and read first. */
const good: Outcome = {
  studies: [study("1", whole), study("2", broken), study("3", child)],
  list: [line("2", { outcome: "fracture", probability: 0.9 }), line("1", {}), notAnalysed("3", "OPEN_GROWTH_PLATES")],
  reports: new Map([
    ["1", 1],
    ["2", 1],
    ["3", 1],
  ]),
  pushToReport: new Map([
    ["1", 2],
    ["2", 4],
    ["3", 3],
  ]),
  latencies: [
    { settledToListed: 0.5, settledToReport: 1 },
    { settledToListed: 1.5, settledToReport: 2 },
  ],
};
const withReports = (entries: [string, number][]): Outcome => ({ ...good, reports: new Map(entries) });
const withList = (list: ReadingListLine[]): Outcome => ({ ...good, list });
const [first, second, third] = good.list as [ReadingListLine, ReadingListLine, ReadingListLine];

test("the figures of a run that went as it must", () => {
  assert.deepEqual(figuresOf(good), {
    studies: 3,
    eligible: 2,
    reports: 3,
    fractures: 1,
    fractures_flagged: 1,
    mean_place_of_fractures_by_arrival: 2,
    mean_place_of_fractures_read: 1,
    push_to_report_s_median: 3,
    push_to_report_s_p95: 3.9,
    settled_to_listed_s_median: 1,
    settled_to_listed_s_p95: 1.45,
    settled_to_report_s_median: 1.5,
    settled_to_report_s_p95: 1.95,
    complaints: [],
  });
});

describe("there is a complaint when", () => {
  const cases: [string, Outcome, string[]][] = [
    ["a study has no report", withReports([["2", 1]]), ["S1 has 0 reports instead of 1"]],
    [
      "a study has two",
      withReports([
        ["1", 2],
        ["2", 1],
      ]),
      ["S1 has 2 reports instead of 1"],
    ],
    ["a study is missing from the list", withList([first, third]), ["S1 is not on the reading list"]],
    ["a study is on it twice", withList([first, second, second, third]), ["S1 is on the reading list 2 times"]],
    ["a study has no finding", withList([first, line("1", { outcome: null }), third]), ["S1 has no finding"]],
    [
      "an excluded study is analysed",
      withList([first, second, line("3", {})]),
      ["S3 was analysed though it is open-growth-plates", "S3 has no reason"],
    ],
    [
      "an analysis failed",
      withList([first, notAnalysed("1", "ANALYSIS_FAILED"), third]),
      ["S1 was not analysed: ANALYSIS_FAILED"],
    ],
    [
      "hardly anything is analysed",
      withList([notAnalysed("2", "VIEW_UNKNOWN"), notAnalysed("1", "VIEW_UNKNOWN"), third]),
      ["only 0 of 2 were analysed"],
    ],
  ];
  for (const [name, outcome, complaints] of cases) {
    test(name, () => assert.deepEqual(complaintsAbout(outcome), complaints));
  }
});

test("but not about a sender's gap, nor about plaster, which the header does not tell", () => {
  assert.deepEqual(complaintsAbout(withList([first, notAnalysed("1", "VIEW_UNKNOWN"), third])), []);
  const plaster = { ...good, studies: [study("1", cast), ...good.studies.slice(1)] };
  assert.deepEqual(complaintsAbout(plaster), []);
});
