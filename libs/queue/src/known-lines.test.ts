import assert from "node:assert/strict";
import { test } from "node:test";
import { type KnownLine, KnownLines } from "./known-lines.ts";
import type { Workitem } from "./workitem.ts";

const line = (studyInstanceUID: string): KnownLine => ({
  changedAt: "1",
  workitem: { studyInstanceUID } as Workitem,
});

test("a line is known for ten seconds from when it was read, however often it is kept again", () => {
  let now = 0;
  const known = new KnownLines(() => now);
  const [old, young] = [line("1.1"), line("1.2")];
  known.keep("first", new Map([["1.1", old]]));
  now = 9_000;
  known.keep(
    "first",
    new Map([
      ["1.1", old],
      ["1.2", young],
    ]),
  );
  assert.deepEqual([...known.of("first").keys()], ["1.1", "1.2"]);
  now = 10_000;
  assert.deepEqual([...known.of("first").keys()], ["1.2"]);
  assert.equal(known.of("second").size, 0);
});

test("of the parts those that were read last are kept", () => {
  const known = new KnownLines();
  for (let part = 0; part < 100; part += 1) {
    known.keep(`${part}`, new Map([["1.1", line("1.1")]]));
    known.keep("first", new Map([["1.2", line("1.2")]]));
  }
  assert.deepEqual([known.of("0").size, known.of("99").size, known.of("first").size], [0, 1, 1]);
});
