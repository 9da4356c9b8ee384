import assert from "node:assert/strict";
import { test } from "node:test";
import { drawInput, makeCase } from "../test-support.ts";
import { contactSheet } from "./contact-sheet.ts";
import { excluded } from "./exclusion.ts";
import { describeFlow, drawFlow, flowOf } from "./flow-diagram.ts";

const cases = [0, 1, 2].map((n) => makeCase(n, drawInput(n)));
const left = [
  excluded(2, "NO_LABEL"),
  excluded(3, "NOT_LATERAL"),
  excluded(4, "NOT_LATERAL"),
  excluded(4, "NOT_A_WRIST"),
  excluded(5, "CORRUPT_STREAM"),
  excluded(6, "STRUCK"),
  excluded(7, "CONTRADICTORY_LABELS", "labels"),
];
const flow = flowOf({ cases, excluded: left }, 9);

test("every stage says what is left, and who left", () => {
  assert.deepEqual(
    flow.map(({ stage, left }) => [stage, left]),
    [
      ["labels", 7],
      ["found", 8],
      ["eligible", 5],
      ["readable", 4],
      ["kept", 3],
    ],
  );
  assert.deepEqual(flow[2]!.reasons, [
    { wording: "not a lateral view", count: 2 },
    { wording: "not a wrist", count: 1 },
  ]);
});

test("the diagram and the lines tell the same", () => {
  const svg = drawFlow(flow, 9, cases);
  const lines = describeFlow(flow, 9);
  for (const text of ["2  not a lateral view", "1  not a wrist"]) assert.ok(svg.includes(text), text);
  assert.match(svg, /Kept: 3[\s\S]*1 with, 2 without a fracture/);
  assert.match(lines, /-2 {2}not a lateral view/);
  assert.match(lines, / 3 {6}Kept/);
});

test("the contact sheet has each case's picture, and what a label file says cannot become markup", () => {
  const odd = { ...cases[1]!, subtype: '<img src=x onerror="alert(1)">' };
  const sheet = contactSheet([odd, cases[2]!], drawFlow(flow, 9, cases));
  for (const { id } of [odd, cases[2]!]) assert.ok(sheet.includes(`src="thumbnails/${id}.jpg"`));
  assert.ok(!sheet.includes("<img src=x"));
  assert.match(sheet, /data-label="fracture" data-side="R" data-age="60-79"/);
  assert.ok(sheet.includes("<svg "));
});
