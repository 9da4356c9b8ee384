import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataSetOf, type ElementValue } from "@redspot/dicom";
import { readShutter } from "./shutter.ts";

const ROWS = 10;
const COLUMNS = 12;

/** The shutter drawn: "#" where it is open. */
function drawn(elements: Record<string, ElementValue>, reduction = 0): string[] | undefined {
  const [rows, columns] = [ROWS / 2 ** reduction, COLUMNS / 2 ** reduction];
  const open = readShutter(dataSetOf(elements), rows, columns, reduction);
  return (
    open &&
    Array.from({ length: rows }, (_, row) => {
      const line = new Array(columns).fill(".");
      const spans = open(row);
      for (let at = 0; at < spans.length; at += 2) line.fill("#", spans[at], spans[at + 1]);
      return line.join("");
    })
  );
}

const rectangular = {
  ShutterShape: "RECTANGULAR",
  ShutterLeftVerticalEdge: "3",
  ShutterRightVerticalEdge: "8",
  ShutterUpperHorizontalEdge: "2",
  ShutterLowerHorizontalEdge: "9",
};
const circular = { ShutterShape: "CIRCULAR", CenterOfCircularShutter: ["5", "6"], RadiusOfCircularShutter: "3" };

describe("readShutter (PS3.3 C.7.6.11)", () => {
  it("is open within the edges of a rectangle, counted from 1, the edges among it", () => {
    const [shut, open] = ["............", "..######...."];
    assert.deepEqual(drawn(rectangular), [shut, ...new Array(8).fill(open), shut]);
  });

  it("is open within a circle", () => {
    assert.deepEqual(drawn(circular), [
      "............",
      ".....#......",
      "...#####....",
      "...#####....",
      "..#######...",
      "...#####....",
      "...#####....",
      ".....#......",
      "............",
      "............",
    ]);
  });

  it("is open within a polygon of rows and columns, an indented one too", () => {
    const lines = drawn({
      ShutterShape: "POLYGONAL",
      VerticesOfThePolygonalShutter: ["1", "1", "1", "12", "10", "12", "4", "6", "10", "1"],
    })!;
    assert.equal(lines[2], "############");
    assert.match(lines[7]!, /^#+\.+#+$/);
  });

  it("covers what any of several shapes covers", () => {
    const both = drawn({
      ...rectangular,
      ...circular,
      ShutterShape: ["RECTANGULAR", "CIRCULAR"],
      ShutterLeftVerticalEdge: "6",
    })!;
    const circle = drawn(circular)!;
    both.forEach((line, row) => {
      const expected = row === 0 ? "............" : `.....${circle[row]!.slice(5, 8)}....`;
      assert.equal(line, expected);
    });
  });

  it("lies at the same place of a halved frame", () => {
    const lines = drawn({ ...rectangular, ShutterLeftVerticalEdge: "5", ShutterUpperHorizontalEdge: "3" }, 1)!;
    assert.deepEqual(lines, ["......", "..##..", "..##..", "..##..", "..##.."]);
  });

  it("is none where there is none, half of one, a bitmap, or one that covers everything", () => {
    assert.equal(drawn({}), undefined);
    assert.equal(drawn({ ShutterShape: "RECTANGULAR", ShutterLeftVerticalEdge: "3" }), undefined);
    assert.equal(drawn({ ShutterShape: "CIRCULAR" }), undefined);
    assert.equal(drawn({ ShutterShape: "POLYGONAL", VerticesOfThePolygonalShutter: ["1", "1", "2", "2"] }), undefined);
    assert.equal(drawn({ ShutterShape: "BITMAP" }), undefined);
    assert.equal(drawn({ ...rectangular, ShutterLeftVerticalEdge: "9" }), undefined);
  });
});
