import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lane } from "@redspot/triage";
import { removeFetched } from "./remove-fetched.ts";

async function removedOf(lane: Lane | undefined): Promise<string[]> {
  const removed: string[] = [];
  await removeFetched(
    { studyInstanceUID: "1.2", revision: 1 },
    {
      list: { get: async () => (lane === undefined ? undefined : ({ lane } as never)) },
      findings: { get: async () => ({ instances: [{ sopInstanceUID: "1.1" }, { sopInstanceUID: "1.3" }] }) as never },
      spool: { remove: async (study, instance) => void removed.push(`${study}/${instance}`) },
    },
  );
  return removed;
}

test("what was fetched goes once it is reported, but not what has arrived of itself since", async () => {
  assert.deepEqual(await removedOf("backlog"), ["1.2/1.1", "1.2/1.3"]);
  assert.deepEqual(await removedOf("live"), []);
  assert.deepEqual(await removedOf(undefined), []);
});
