import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadingListLine } from "@redspot/testbed";
import { listTable } from "./list-table.ts";
import type { SentStudy } from "./verdict.ts";

const studies: SentStudy[] = [
  { studyInstanceUID: "1", label: "S01", truth: { fracture: false, eligible: true, laterality: "L", redSpot: false } },
  {
    studyInstanceUID: "2",
    label: "S02",
    truth: { fracture: false, eligible: false, exclusion: "ap-view", laterality: "L", redSpot: false },
  },
];
const list: ReadingListLine[] = [
  {
    position: 1,
    studyInstanceUID: "2",
    arrivedAt: "2024-01-15T08:02:00.000Z",
    lane: "live",
    outcome: "fracture",
    probability: 0.874,
    report: { state: "stored" },
  },
  {
    position: 2,
    studyInstanceUID: "1",
    arrivedAt: "2024-01-15T08:01:00.000Z",
    lane: "live",
    outcome: "not-analysed",
    probability: null,
    reason: { code: "NOT_A_WRIST", text: "not a wrist" },
    report: { state: "stored" },
  },
];

test("each row has who would be there by arrival, and who is there now, with the truth beside", () => {
  const rows = listTable(studies, list, false)
    .split("\n")
    .filter((row) => /S0/.test(row))
    .map((row) =>
      row
        .split("│")
        .map((cell) => cell.trim())
        .filter(Boolean),
    );
  assert.deepEqual(rows, [
    ["1", "S01", "no fracture", "S02", "fracture 87 %", "AP view", "up 1"],
    ["2", "S02", "AP view", "S01", "not analysed: not a wrist", "no fracture", "down 1"],
  ]);
});
