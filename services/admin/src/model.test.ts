import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  closeStore,
  connectStore,
  type LoadedPackage,
  ModelChoice,
  ModelPresence,
  type ModelProcess,
  ShadowScores,
  type Store,
} from "@redspot/queue";
import { type RunningRedis, startRedis } from "@redspot/testbed";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const figure = { value: 0.9, low: 0.8, high: 0.97, n: 100 };
const loaded = (letter: string, role: LoadedPackage["role"]): LoadedPackage => ({
  ...{ packageHash: letter.repeat(64), name: `model-${letter}`, version: "1.0.0", intendedUse: "clinical", role },
  ...{ backboneHash: "0", headHash: "1", calibrationHash: "2", signedBy: "f".repeat(64) },
  evaluation: {
    ...{ part: "final", auc: figure, sensitivity: figure, specificity: figure },
    finalSetUses: { evaluations: 2, models: 2 },
  },
});
const [A, B] = [loaded("a", "configured"), loaded("b", "shadow")];
let redis: RunningRedis;
let store: Store;
let prefix: string;
let number = 0;

before(async () => {
  redis = await startRedis();
});
after(async () => {
  await redis.stop();
});
beforeEach(async () => {
  prefix = `test-${++number}`;
});

interface Ran {
  status: number;
  out: string;
  errors: string;
}

function model(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { REDSPOT_REDIS_URL: redis.url, REDSPOT_REDIS_PREFIX: prefix };
    execFile(process.execPath, [main, "model", ...args], { env }, (error, out, errors) => {
      resolve({ status: error === null ? 0 : Number(error.code), out, errors });
    });
  });
}

/** An inference process that says what it has, and follows the choice as one does. */
async function running<T>(packages: LoadedPackage[], work: () => Promise<T>, follows = true): Promise<T> {
  store = connectStore(redis.url, { prefix });
  const [choice, presence] = [new ModelChoice(store), new ModelPresence(store)];
  let isOver = false;
  const say = async () => {
    const change = follows ? await choice.latest() : undefined;
    const has = packages.some(({ packageHash }) => packageHash === change?.package.packageHash);
    const said: ModelProcess = {
      ...{ process: "host:1", mode: "clinical", packages, change: change?.number ?? 0 },
      ...(change && !has ? {} : { speaks: change?.package.packageHash ?? packages[0]!.packageHash }),
    };
    await presence.say(said);
  };
  await say();
  const following = (async () => {
    while (!isOver) {
      await say();
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await following;
    await presence.leave("host:1");
    await closeStore(store);
  }
}

describe("redspot-admin model", () => {
  test("promotes the shadow and takes it back, each once confirmed, with a history of who and why", async () => {
    await running([A, B], async () => {
      assert.match(
        (await model("status")).out,
        /Speaks {3}model-a 1\.0\.0 \(aaaaaaaaaaaa\), as configured\nShadow {3}model-b/,
      );
      assert.match((await model("history")).out, /Nothing was ever promoted/);
      const unasked = await model("promote", "--why", "finds more");
      assert.deepEqual([unasked.status, /NOT_CONFIRMED/.test(unasked.errors)], [1, true]);
      assert.equal((await model("promote", "--yes")).status, 2, "and no change is without a reason");

      for (const text of ["a.clinician\u0007", "x".repeat(401)]) {
        for (const option of ["--why", "--by"]) {
          const refused = await model("promote", "--yes", "--why", "finds more", option, text);
          assert.equal(refused.status, 2);
          assert.match(refused.errors, new RegExp(`option '${option} .*From 1 to 400 characters on one line`, "s"));
        }
      }
      const done = await model("promote", "--why", "finds more", "--by", "a.clinician", "--yes");
      assert.equal(done.status, 0, done.errors);
      assert.match(done.out, /evaluated on a final set of 100 cases, used 2 time\(s\) for 2 model\(s\): final no more/);
      assert.match(done.out, /No study has been scored by both packages yet/);
      assert.match(done.out, /All 1 inference processes have followed/);
      const status = JSON.parse((await model("status", "--json")).out);
      assert.deepEqual([status.speaks.name, status.shadow.name, status.troubles], ["model-b", "model-a", []]);

      const back = await model("rollback", "--why", "too many flags", "--yes");
      assert.equal(back.status, 0, back.errors);
      const [first, second] = (await model("history", "--json")).out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        [first.act, first.by, first.why, first.package.name],
        ["promote", "a.clinician", "finds more", "model-b"],
      );
      assert.deepEqual([second.number, second.act, second.package.name], [2, "rollback", "model-a"]);
      assert.match(
        (await model("history")).out,
        /^2 {2}\S+ {2}rollback by \S+: too many flags\n {3}from model-b 1\.0\.0 b{64}/m,
      );
    });
  });

  test("refuses what no process could follow", async () => {
    const refusal = async (...args: string[]) => {
      const { status, errors } = await model(...args, "--why", "x", "--yes");
      assert.equal(status, 1);
      return /redspot-admin: (\w+)/.exec(errors)?.[1];
    };
    assert.equal(await refusal("promote"), "NO_PROCESS");
    assert.equal(await refusal("rollback"), "NOTHING_TO_ROLL_BACK");
    await running([A], async () => assert.equal(await refusal("promote"), "NO_SHADOW"));
    const notForPatients = { ...B, refusedAs: "NOT_FOR_CLINICAL_USE" };
    await running([A, notForPatients], async () => assert.equal(await refusal("promote"), "NOT_ALLOWED"));
    assert.equal((await model("history", "--json")).out, "", "and nothing was changed");
  });

  test("compares on what both have scored, for people and for programs", async () => {
    await running([A, B], async () => {
      const scores = new ShadowScores(store);
      for (let study = 1; study <= 4; study++) {
        const flagged = { logit: 2, probability: 0.9, outcome: "fracture" as const };
        const clear = { logit: -2, probability: 0.1, outcome: "no-fracture" as const };
        await scores.note({
          ...{ studyInstanceUID: `1.${study}`, revision: 1, at: Date.UTC(2026, 1, study) },
          scores: { [A.packageHash]: study > 1 ? flagged : clear, [B.packageHash]: flagged },
        });
      }
      const page = (await model("compare")).out;
      assert.match(page, /^4 studies that both scored, 2026-02-01 to 2026-02-04$/m);
      assert.match(page, /^! 4 studies are few/m);
      const told = JSON.parse((await model("compare", "--json")).out);
      assert.deepEqual([told.studies, told.flagged.onlySpeaks, told.flagged.onlyShadow], [4, 0, 1]);
      const turned = await model("compare", "--json", "--packages", B.packageHash, A.packageHash);
      assert.equal(JSON.parse(turned.out).flagged.onlySpeaks, 1);
    });
    assert.match((await model("compare")).errors, /NO_SHADOW/);
    assert.match((await model("compare", "--packages", "a", "b")).errors, /NOT_FOUND/);
  });
});
