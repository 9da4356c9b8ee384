import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadModelPackage } from "@redspot/model";
import type { WatchNote } from "@redspot/queue";
import { Metrics } from "@redspot/runtime";
import { outcomeAt } from "@redspot/triage";
import { calibrationFigures, expectationOf, watchFigures } from "./model-watch.ts";
import { watchMetrics, watchModel } from "./watch-metrics.ts";

const pack = await loadModelPackage(fileURLToPath(new URL("../models/demo", import.meta.url)));
const cutOff = { cutOff: pack.manifest.cutOff.value, inconclusiveBand: pack.manifest.inconclusiveBand };
const outcomeOf = (logit: number) => outcomeAt(pack.calibrate(logit), cutOff);
const expectation = expectationOf(pack.scores, (logit) => outcomeOf(logit) === "fracture")!;

/** The evaluation's own cases once more, in an order that mixes fractures with the rest, as notes of the watch. */
function notesOf(change: (logit: number) => number | undefined, from: Partial<WatchNote> = {}): WatchNote[] {
  const { logits } = pack.scores;
  return logits.map((_, index) => {
    const logit = change(logits[(index * 37) % logits.length]!);
    const outcome = logit === undefined ? "not-analysed" : outcomeOf(logit);
    return { logit, outcome, manufacturer: "other", site: "other", ...from };
  });
}

test("what is like the evaluation is within all limits", () => {
  const { scores, notAnalysed } = watchFigures(
    notesOf((logit) => logit),
    expectation,
  );
  assert.equal(notAnalysed, 0);
  assert.ok(scores!.psi.value < scores!.psi.limit && scores!.ks.value < scores!.ks.limit);
  assert.ok(scores!.flagged.low < scores!.flagged.value && scores!.flagged.value < scores!.flagged.high);
});

test("scores that have moved, and scores that have shrunk together, are seen", () => {
  for (const change of [(logit: number) => logit + 2, (logit: number) => logit - 2, (logit: number) => logit / 4]) {
    const { scores } = watchFigures(notesOf(change), expectation);
    assert.ok(scores!.psi.value > scores!.psi.limit, `${scores!.psi.value} > ${scores!.psi.limit}`);
    assert.ok(scores!.ks.value > scores!.ks.limit, `${scores!.ks.value} > ${scores!.ks.limit}`);
  }
});

test("an expected prevalence changes what is expected", () => {
  const rare = expectationOf(pack.scores, (logit) => outcomeOf(logit) === "fracture", 0.1)!;
  assert.ok(rare.flagged < expectation.flagged / 2);
  const { scores } = watchFigures(
    notesOf((logit) => logit),
    rare,
  );
  assert.ok(scores!.flagged.value > scores!.flagged.high, "half of them have a fracture, where a tenth was expected");
  const one = expectationOf({ logits: [1, 2], fracture: [true, true] }, () => true);
  assert.equal(one, undefined);
});

test("of too few nothing is said, but that they could not be analysed", () => {
  const { scores, studies, notAnalysed } = watchFigures(
    [...notesOf(() => undefined).slice(0, 30), ...notesOf((logit) => logit).slice(0, 10)],
    expectation,
  );
  assert.deepEqual([scores, studies, notAnalysed], [undefined, 40, 0.75]);
});

test("verdicts are held against the probabilities", () => {
  const { logits, fracture } = pack.scores;
  const verdicts = (probabilityOf: (logit: number) => number) =>
    logits.map((logit, index) => ({
      verdict: fracture[index] ? ("fracture" as const) : ("no-fracture" as const),
      probability: probabilityOf(logit),
    }));
  const kept = calibrationFigures(verdicts(pack.calibrate));
  assert.equal(kept.verdicts, 238);
  assert.ok(Math.abs(kept.z!) < 3, `${kept.z}`);
  assert.ok(Math.abs(kept.promised - kept.found) < 15);
  const off = calibrationFigures(verdicts((logit) => pack.calibrate(3 * logit + 2)));
  assert.ok(off.z! > 3, `${off.z}`);
  assert.equal(calibrationFigures(verdicts(pack.calibrate).slice(0, 20)).z, undefined);
  assert.equal(calibrationFigures([{ verdict: "fracture" }]).verdicts, 0);
});

/** So many verdicts that say no to a probability of 0.9. */
const verdictsOf = (count: number, model: { name: string; version: string }, manufacturer = "other") =>
  Array.from({ length: count }, (_, at) => ({
    ...{ studyInstanceUID: `1.${at}`, by: "somebody", at, verdict: "no-fracture" as const, probability: 0.9 },
    model: { ...model, intendedUse: "demonstration" as const },
    origin: { manufacturer, site: "other" },
  }));

test("each manufacturer and site that is watched is told of on its own, and looked at once a minute", async () => {
  const origins = { manufacturers: ["Agfa"], sites: [] };
  const metrics = new Metrics("test", watchMetrics(origins));
  let looks = 0;
  let now = 0;
  watchModel(metrics, {
    origins,
    watched: () => ({ identity: { packageHash: pack.packageHash, name: "a", version: "1" }, expectation }),
    logOf: () => ({
      recent: async () => {
        looks++;
        return [...notesOf((logit) => logit), ...notesOf((logit) => logit + 3, { manufacturer: "Agfa" })];
      },
    }),
    list: {
      verdicts: async () => [
        ...verdictsOf(60, { name: "a", version: "1" }, "Agfa"),
        ...verdictsOf(5, { name: "a", version: "1" }),
        ...verdictsOf(90, { name: "a", version: "2" }),
      ],
    },
    now: () => now,
  });
  const text = await metrics.text();
  const value = (name: string, part: string) =>
    Number(new RegExp(`^${name}\\{part="${part}"\\} (.*)$`, "m").exec(text)?.[1] ?? Number.NaN);
  assert.ok(
    value("redspot_model_score_ks", "manufacturer Agfa") > value("redspot_model_score_ks_limit", "manufacturer Agfa"),
  );
  assert.ok(
    value("redspot_model_score_ks", "manufacturer other") < value("redspot_model_score_ks_limit", "manufacturer other"),
  );
  assert.equal(value("redspot_model_watched_studies", "all"), 200);
  assert.equal(value("redspot_model_verdicts", "all"), 65, "those about another package are not its");
  assert.equal(value("redspot_model_verdicts", "manufacturer Agfa"), 60);
  assert.equal(value("redspot_model_verdicts", "manufacturer other"), 5);
  assert.ok(value("redspot_model_calibration_z", "manufacturer Agfa") > 3, "0.9 promised, and none was one");
  assert.ok(Number.isNaN(value("redspot_model_calibration_z", "manufacturer other")), "too few to say");
  await metrics.text();
  assert.equal(looks, 1);
  now = 61_000;
  await metrics.text();
  assert.equal(looks, 2);
});
