import assert from "node:assert/strict";
import { test } from "node:test";
import { redisForTests } from "./test-support.ts";
import { WatchLog, type WatchNote } from "./watch-log.ts";

const redis = redisForTests();
const note = (logit: number): WatchNote => ({ logit, outcome: "fracture", manufacturer: "other", site: "other" });

test("the latest findings of a package are kept, oldest first, and no others", async () => {
  const store = redis.store();
  const [log, other] = [new WatchLog(store, "a"), new WatchLog(store, "b")];
  for (let logit = 0; logit < 1005; logit++) await log.note(note(logit));
  await other.note({ outcome: "not-analysed", manufacturer: "Phantom Imaging", site: "other" });
  const kept = await log.recent();
  assert.deepEqual([kept.length, kept[0], kept.at(-1)], [1000, note(5), note(1004)]);
  assert.deepEqual(
    (await log.recent(2)).map(({ logit }) => logit),
    [1003, 1004],
  );
  assert.deepEqual(await other.recent(), [{ outcome: "not-analysed", manufacturer: "Phantom Imaging", site: "other" }]);
});
