import assert from "node:assert/strict";
import { test } from "node:test";
import { type DataSet, dataSetOf, text } from "@redspot/dicom";
import { allMatches } from "./all-matches.ts";

const matches = Array.from({ length: 25 }, (_, n) => dataSetOf({ SOPInstanceUID: `1.2.${n}` }));
const uidsOf = (found: DataSet[]) => found.map((match) => text(match, "SOPInstanceUID"));

/** A server with a most of its own, which counts what it is asked. */
function server(most: number, knowsOffset = true) {
  const asked: { limit: number; offset: number }[] = [];
  const search = async (page: { limit: number; offset: number }) => {
    asked.push(page);
    const start = knowsOffset ? page.offset : 0;
    return matches.slice(start, start + Math.min(page.limit, most));
  };
  return { asked, search };
}

test("all pages are asked for, none twice, however few a server gives at a time", async () => {
  for (const most of [100, 10, 7]) {
    const { asked, search } = server(most);
    const found = await allMatches(search, { by: "SOPInstanceUID", pageSize: 10 });
    assert.deepEqual(uidsOf(found), uidsOf(matches));
    assert.deepEqual(asked[1], { limit: 10, offset: Math.min(10, most) });
  }
});

test("a server that knows no offset is not asked for ever", async () => {
  const { asked, search } = server(10, false);
  assert.equal((await allMatches(search, { by: "SOPInstanceUID", pageSize: 10 })).length, 10);
  assert.equal(asked.length, 2);
});

test("nothing found is one question", async () => {
  const asked: number[] = [];
  const search = async ({ offset }: { offset: number }) => {
    asked.push(offset);
    return [];
  };
  assert.deepEqual(await allMatches(search, { by: "StudyInstanceUID" }), []);
  assert.deepEqual(asked, [0]);
});
