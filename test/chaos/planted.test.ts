/** The harness has to find what is wrong: bugs that are planted here, each of which some system has had. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { workFolder } from "@redspot/testbed";
import type { Disturbance, Episode } from "./plan.ts";
import { runChaos } from "./run-chaos.ts";

const LOAD_MS = 4_000;

const episode = (...disturbances: Disturbance[]): Episode => ({
  number: 1,
  studies: 12,
  loadMs: LOAD_MS,
  appendFsync: "always",
  disturbances: disturbances.map((disturbance) => ({ atMs: LOAD_MS / 2, disturbance })),
  away: [],
});

async function runWith(bug: string, of: Episode): Promise<{ found: Set<string>; late: number }> {
  const folder = workFolder("planted");
  const preload = [pathToFileURL(join(import.meta.dirname, "planted", `${bug}.ts`)).href];
  try {
    const { complaints, late } = await runChaos({
      // An even seed's first replica audits to the file.
      seed: 2,
      episodes: [of],
      folder: folder.path,
      replicas: 1,
      senders: 4,
      preload,
      learn: false,
      restWithinSeconds: 20,
      lastWaitSeconds: 0,
    });
    return { found: new Set(complaints.map(({ kind }) => kind)), late };
  } finally {
    folder.remove();
  }
}

describe("the harness finds", () => {
  test("an acknowledgement before fsync, by a power cut", async () => {
    const { found } = await runWith("acknowledge-before-fsync", episode({ kind: "power-cut", forMs: 200 }));
    assert.ok(found.has("lost"), [...found].join());
  });

  test("random report UIDs, by a PACS whose answers break off", async () => {
    const toxic = { kind: "truncation", direction: "response", withinBytes: 100 } as const;
    const broken = episode({ kind: "toxic", link: "services-orthanc", toxic, forMs: 3_000 });
    const { found } = await runWith("random-report-uids", broken);
    assert.ok(found.has("duplicated"), [...found].join());
  });

  test("a spool that is emptied too early", async () => {
    const { found } = await runWith("delete-spool-too-early", episode());
    assert.ok(found.has("lost"), [...found].join());
  });

  test("an audit message that counts before fsync, by a power cut", async () => {
    const { found } = await runWith("audit-before-fsync", episode({ kind: "power-cut", forMs: 200 }));
    assert.ok(found.has("unaudited") && !found.has("lost"), [...found].join());
  });

  test("an announcement that counts without its acknowledgement, by a RIS that breaks connections off", async () => {
    const broken = episode({ kind: "receiver", receiver: "ris", behaviour: "reset", forMs: 3_000 });
    const { found } = await runWith("unacknowledged-announcement", broken);
    assert.ok(found.has("unannounced") && !found.has("lost"), [...found].join());
  });

  test("a report that waits for the RIS, by a RIS that is away", async () => {
    const { found, late } = await runWith("report-waits-for-ris", { ...episode(), away: ["ris"] });
    // All but the first few: a machine that is busy makes some late, too.
    assert.ok(late > 6 || found.has("lost"), `${late} late, ${[...found].join()}`);
  });
});
