import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Blocks } from "./blocks.ts";
import { Comparison } from "./comparison.ts";
import { takesDirectWrites } from "./direct-io.ts";

let folder: string;
let ways: Set<boolean>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "redspot-comparison-"));
  ways = new Set([false, await takesDirectWrites(join(folder, "probe"), await new Blocks().take())]);
});

after(() => rm(folder, { recursive: true }));

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

/** More than two pieces, and no whole number of units. */
const CONTENT = Uint8Array.from({ length: 600_001 }, (_, index) => (index * 31) & 0xff);

test("one byte is enough to differ, wherever it stands; who asks at the same time is answered too", async () => {
  const one = await fileOf("one", CONTENT);
  for (const direct of ways) {
    const comparison = new Comparison(direct);
    const changedAt = [0, 262_143, 262_144, 600_000];
    const answers = await Promise.all([
      comparison.same(one, await fileOf("same", CONTENT), CONTENT.byteLength),
      ...changedAt.map(async (at) => {
        const changed = CONTENT.slice();
        changed[at]! ^= 1;
        return comparison.same(one, await fileOf(`changed-${at}`, changed), CONTENT.byteLength);
      }),
    ]);
    assert.deepEqual(answers, [true, false, false, false, false]);
  }
});

test("empty files are the same, one that is shorter than it should be is not", async () => {
  for (const direct of ways) {
    const comparison = new Comparison(direct);
    const empty = await fileOf("empty", new Uint8Array());
    assert.equal(await comparison.same(empty, empty, 0), true);
    assert.equal(await comparison.same(await fileOf("a", CONTENT), empty, CONTENT.byteLength), false);
  }
});

test("a file that is gone fails its own comparison only", async () => {
  const comparison = new Comparison(false);
  const one = await fileOf("there", CONTENT);
  const lost = comparison.same(one, join(folder, "gone"), CONTENT.byteLength);
  const found = comparison.same(one, one, CONTENT.byteLength);
  await assert.rejects(lost, { code: "ENOENT" });
  assert.equal(await found, true);
});
