import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadedPackage, ModelChange, ModelProcess } from "@redspot/queue";
import { promotionOf, rollbackOf, runningModels } from "./running-models.ts";

const figure = { value: 0.9, low: 0.8, high: 1, n: 100 };
const loaded = (letter: string, more: Partial<LoadedPackage> = {}): LoadedPackage => ({
  ...{ packageHash: letter.repeat(64), name: letter, version: "1.0.0", intendedUse: "clinical", role: "configured" },
  ...{ backboneHash: "0", headHash: "0", calibrationHash: "0" },
  evaluation: { part: "final", auc: figure, sensitivity: figure, specificity: figure },
  ...more,
});
const [A, B, C] = [loaded("a"), loaded("b", { role: "shadow" }), loaded("c")];
const running = (process: string, packages: LoadedPackage[], more: Partial<ModelProcess> = {}): ModelProcess => ({
  ...{ process, mode: "clinical", packages, change: 0 },
  ...(packages[0] ? { speaks: packages[0].packageHash } : {}),
  ...more,
});
const brief = ({ packageHash, name, version }: LoadedPackage) => ({ packageHash, name, version });
const promoted: ModelChange = {
  ...{ number: 1, act: "promote", package: brief(B), before: brief(A), by: "x", why: "y", at: 0 },
};

test("before any change the package that all processes are configured with speaks, the other is the shadow", () => {
  const { speaks, shadow, troubles } = runningModels([running("p", [A, B]), running("q", [A, B])], undefined);
  assert.deepEqual([speaks?.name, shadow?.name, troubles], ["a", "b", []]);
});

test("after a promotion the roles are changed, whatever the variables say", () => {
  const said = { speaks: B.packageHash, change: 1 };
  const { speaks, shadow, troubles } = runningModels([running("p", [A, B], said)], promoted);
  assert.deepEqual([speaks?.name, shadow?.name, troubles], ["b", "a", []]);
});

test("what is not as it has to be is said", () => {
  const troublesOf = (processes: ModelProcess[], change?: ModelChange) =>
    runningModels(processes, change).troubles.join("\n");
  assert.match(troublesOf([]), /No inference process is running/);
  assert.match(troublesOf([running("p", [A]), running("q", [C])]), /configured with different packages/);
  const { speaks: _, ...silent } = running("p", [A]);
  assert.match(troublesOf([silent], promoted), /p does not have the package that has the word, and analyses nothing/);
  assert.match(troublesOf([running("p", [A, B])], promoted), /p has not followed yet/);
  assert.match(
    troublesOf([running("p", [A], { shadowRefusedAs: "SIGNATURE_INVALID" })]),
    /p has no shadow: SIGNATURE_INVALID/,
  );
});

test("only a shadow that every process has loaded, and would let speak, is promoted", () => {
  const promote = (...processes: ModelProcess[]) => promotionOf(runningModels(processes, undefined));
  assert.deepEqual(promote(running("p", [A, B])).package, B);
  assert.throws(() => promote(), { code: "NO_PROCESS" });
  assert.throws(() => promote(running("p", [A])), { code: "NO_SHADOW" });
  assert.throws(() => promote(running("p", [A, B]), running("q", [A, C])), { code: "NO_SHADOW" });
  assert.throws(() => promote(running("p", [A, B]), running("q", [A])), {
    code: "NOT_EVERYWHERE",
    message: /1 of 2.*q/,
  });
  assert.throws(() => promote(running("p", [A, B]), running("q", [C, B])), { code: "NOT_EVERYWHERE" });
  const demonstration = { ...B, intendedUse: "demonstration" as const, refusedAs: "NOT_FOR_CLINICAL_USE" };
  assert.throws(() => promote(running("p", [A, demonstration])), {
    code: "NOT_ALLOWED",
    message: /mode clinical .* NOT_FOR_CLINICAL_USE/,
  });
});

test("nothing is changed while an earlier version, which would not follow, takes studies", () => {
  const mixed = runningModels([running("p", [A, B])], undefined, 3);
  assert.match(mixed.troubles.join("\n"), /2 process\(es\) take studies and do not say/);
  assert.throws(() => promotionOf(mixed), { code: "NOT_EVERYWHERE", message: /earlier version/ });
  const promotedThere = runningModels([running("p", [A, B], { speaks: B.packageHash, change: 1 })], promoted, 2);
  assert.throws(() => rollbackOf(promotedThere, [promoted], false), { code: "NOT_EVERYWHERE" });
  assert.deepEqual(rollbackOf(promotedThere, [promoted], true).package, brief(A));
});

test("a rollback gives the word to who had it, where that one is still loaded, or by force", () => {
  const said = { speaks: B.packageHash, change: 1 };
  const both = runningModels([running("p", [A, B], said)], promoted);
  assert.deepEqual(rollbackOf(both, [promoted], false), { package: brief(A), before: brief(B) });
  const without = runningModels([running("p", [B], said)], promoted);
  assert.throws(() => rollbackOf(without, [promoted], false), { code: "NOT_EVERYWHERE" });
  assert.deepEqual(rollbackOf(without, [promoted], true).package, brief(A));
  assert.throws(() => rollbackOf(runningModels([running("p", [A, B])], undefined), [], false), {
    code: "NOTHING_TO_ROLL_BACK",
  });
});

test("a rollback that is asked for twice takes the promotion before back, and never gives the word to what it was taken from", () => {
  const change = (number: number, act: ModelChange["act"], to: LoadedPackage, from: LoadedPackage): ModelChange => ({
    ...{ number, act, package: brief(to), before: brief(from), by: "x", why: "y", at: 0 },
  });
  const history = [change(1, "promote", B, A), change(2, "promote", C, B), change(3, "rollback", B, C)];
  const rollback = () => {
    const models = runningModels([running("p", [A, B, C])], history.at(-1));
    return rollbackOf(models, history, false);
  };
  assert.deepEqual(rollback(), { package: brief(A), before: brief(B) });
  history.push(change(4, "rollback", A, B));
  assert.throws(rollback, { code: "NOTHING_TO_ROLL_BACK", message: /all that was promoted has been taken back: a 1/ });
  history.push(change(5, "promote", B, A));
  assert.deepEqual(rollback(), { package: brief(A), before: brief(B) });
});
