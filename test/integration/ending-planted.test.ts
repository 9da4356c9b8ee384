/** ending.test.ts has to find what is wrong: bugs that are planted here, each of which some service has had. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Ending } from "./ending.ts";

const SERVICES = ["inference", "worklist"] as const;

async function startedWith(bug: string, scenario: (ending: Ending) => Promise<void>): Promise<void> {
  const module = pathToFileURL(join(import.meta.dirname, "planted", `${bug}.ts`)).href;
  const ending = await Ending.start({ preload: [module], reportedWithinSeconds: 15 });
  try {
    await scenario(ending);
  } finally {
    await ending.stop();
  }
}

for (const service of SERVICES) {
  test(`${service}: a job that is done before its effect is found, by a kill`, async () => {
    await startedWith("done-before-effect", (ending) =>
      assert.rejects(ending.isKilledWhileEnding(service), /studies have their reports/),
    );
  });

  test(`${service}: one that ends at once is found by what it leaves`, async () => {
    await startedWith("ends-at-once", (ending) =>
      assert.rejects(ending.endsInOrder(service), /it has left nothing in hand/),
    );
  });
}
