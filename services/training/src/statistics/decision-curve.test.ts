import assert from "node:assert/strict";
import { test } from "node:test";
import { decisionCurve } from "./decision-curve.ts";

const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-12, `${found}, not ${expected}`);

test("net benefit at the cases' own prevalence is true positives less weighted false ones, a patient", () => {
  // Vickers & Elkin 2006: (TP - FP x odds) / n. At 0.25: TP 2, FP 2 of 8; at 0.75: TP 1, FP 0.
  const probabilities = [0.9, 0.6, 0.1, 0.7, 0.3, 0.2, 0.1, 0.05];
  const labels = Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0);
  const [low, high] = decisionCurve(probabilities, labels, { prevalence: 3 / 8, thresholds: [0.25, 0.75] });
  near(low!.model, (2 - 2 / 3) / 8);
  near(low!.all, (3 - 5 / 3) / 8);
  near(high!.model, 1 / 8);
  near(high!.all, (3 - 5 * 3) / 8);
});

test("acting on everyone is worth nothing at the prevalence", () => {
  const [point] = decisionCurve([0.2, 0.6], Uint8Array.of(0, 1), { prevalence: 0.3, thresholds: [0.3] });
  near(point!.all, 0);
});
