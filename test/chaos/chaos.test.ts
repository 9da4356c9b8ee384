/** A short run of the chaos harness: `npm run chaos` is the long one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { workFolder } from "@redspot/testbed";
import { kindOf, planRun } from "./plan.ts";
import { runChaos } from "./run-chaos.ts";

const options = { seed: 132_174, minutes: 0.8, studies: 40, replicas: 1, episodeSeconds: 24 };

test("of a killed worker, broken connections and a power cut nothing is lost, duplicated, misordered or given up", async (t) => {
  const episodes = planRun(options);
  assert.deepEqual(
    episodes.flatMap(({ disturbances }) => disturbances.map((one) => kindOf(one.disturbance))),
    ["worklist-ris truncation", "kill inference", "power-cut", "services-redis truncation"],
  );
  assert.deepEqual(episodes[1]?.away, ["ris"]);
  const folder = workFolder("chaos");
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const { complaints, studies } = await runChaos({ ...options, episodes, folder: folder.path, senders: 4, say });
  if (complaints.length > 0) {
    folder.keep();
    for (const line of lines) t.diagnostic(line);
  } else folder.remove();
  assert.deepEqual(complaints, []);
  assert.ok(studies > 40, String(studies));
});
