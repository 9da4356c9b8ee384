import assert from "node:assert/strict";
import { test } from "node:test";
import { rankByFlag, rankByProbabilities, rankByScore } from "./rank-gain.ts";

const near = (actual: number | undefined, expected: number, within: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

test("by the flag: a quarter with fracture, sensitivity 0.90, specificity 0.88", () => {
  near(rankByFlag({ flagged: 0.25 * 0.9 + 0.75 * 0.12, sensitivity: 0.9 }), 0.415, 1e-12);
});

test("by score: the same quarter, AUC 0.954; at best a fracture waits a quarter as long", () => {
  near(rankByScore({ prevalence: 0.25, auc: 0.954 }), 0.319, 1e-9);
  assert.equal(rankByScore({ prevalence: 0.25, auc: 1 }), 0.25);
  assert.equal(rankByScore({ prevalence: 0.25, auc: 0.5 }), 1);
});

test("by probabilities: no gain where all are equal, the best where they are certain, nothing known of nothing", () => {
  near(rankByProbabilities([0.3, 0.3, 0.3, 0.3]), 1, 1e-12);
  near(rankByProbabilities(Array.from({ length: 1000 }, (_, at) => (at % 4 === 0 ? 1 : 0))), 0.25, 0.001);
  assert.equal(rankByProbabilities([]), undefined);
  assert.equal(rankByProbabilities([0, 0]), undefined);
});

test("the closed forms are those of a backlog drawn and sorted", () => {
  // Scores of two classes, uniform on [0, 1] and, for fractures, the larger of two: AUC 2/3.
  let state = 1;
  const draw = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const studies = Array.from({ length: 40_000 }, () => {
    const fracture = draw() < 0.25;
    return { fracture, score: fracture ? Math.max(draw(), draw()) : draw() };
  });
  const meanRank = (order: { fracture: boolean }[]) => {
    const ranks = order.flatMap(({ fracture }, at) => (fracture ? [at + 1] : []));
    return ranks.reduce((sum, one) => sum + one, 0) / ranks.length / ((order.length + 1) / 2);
  };
  const byScore = studies.toSorted((a, b) => b.score - a.score);
  near(meanRank(byScore), rankByScore({ prevalence: 0.25, auc: 2 / 3 }), 0.02);
  const flagged = studies.filter(({ score }) => score > 0.5);
  const byFlag = [...flagged, ...studies.filter(({ score }) => score <= 0.5)];
  near(meanRank(byFlag), rankByFlag({ flagged: flagged.length / studies.length, sensitivity: 0.75 }), 0.02);
});
