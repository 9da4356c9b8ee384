import { normalDistribution, normalQuantile } from "@redspot/statistics";
import type { Outcome } from "@redspot/triage";
import { randomNormal } from "d3-random";
import { SimulationError } from "./simulation-error.ts";

/** What the machine says about a study that it analysed. */
export interface Answer {
  readonly outcome: Outcome;
  readonly probability: number;
}

/** A classifier as the simulation knows it: answers drawn for a wrist with a fracture, or one without. */
export interface Detector {
  readonly description: string;
  /** Chance that a fracture is flagged, and that a wrist without one is not. */
  readonly sensitivity: number;
  readonly specificity: number;
  readonly auc: number;
  source(uniform: () => number): (fracture: boolean) => Answer;
}

/** Scores of wrists without a fracture are standard normal; with one, normal with this mean and spread. */
export interface Binormal {
  readonly mean: number;
  readonly spread: number;
  readonly cutOff: number;
}

/**
 * The binormal curve (Dorfman & Alf 1969) through an operating point and, where it is given, with that area under it:
 * z(Se) = a + b z(1 - Sp), AUC = Phi(a / sqrt(1 + b^2)). Two curves can have all three; the one whose classes are more
 * alike in spread is taken. Without an area both spreads are equal.
 *
 * @throws {SimulationError} NO_SUCH_CURVE
 */
export function binormalThrough(sensitivity: number, specificity: number, auc?: number): Binormal {
  const [zSe, zSp] = [normalQuantile(sensitivity), normalQuantile(specificity)];
  const slope = auc === undefined ? 1 : slopeFor(zSe, zSp, normalQuantile(auc));
  if (slope === undefined) {
    throw new SimulationError(
      "NO_SUCH_CURVE",
      `no binormal curve with an AUC of ${auc} passes sensitivity ${sensitivity} at specificity ${specificity}: ` +
        "leave --auc out, or give three figures of one classifier",
    );
  }
  const intercept = zSe + slope * zSp;
  return { mean: intercept / slope, spread: 1 / slope, cutOff: zSp };
}

/** The slope b for which z(Se) + b z(Sp) = z(AUC) sqrt(1 + b^2): a quadratic equation. */
function slopeFor(zSe: number, zSp: number, zAuc: number): number | undefined {
  const [a, b, c] = [zSp ** 2 - zAuc ** 2, 2 * zSe * zSp, zSe ** 2 - zAuc ** 2];
  const roots =
    Math.abs(a) < 1e-12 ? [-c / b] : [1, -1].map((sign) => (-b + sign * Math.sqrt(b * b - 4 * a * c)) / (2 * a));
  const fitting = roots.filter(
    (root) => root > 0 && Math.abs(zSe + root * zSp - zAuc * Math.sqrt(1 + root ** 2)) < 1e-9,
  );
  return fitting.sort((x, y) => Math.abs(Math.log(x)) - Math.abs(Math.log(y)))[0];
}

/**
 * A classifier with that sensitivity and specificity. Its probability only has the order of a calibrated one, which is
 * all that a reading order asks of it.
 */
export function binormalDetector(sensitivity: number, specificity: number, auc?: number): Detector {
  const { mean, spread, cutOff } = binormalThrough(sensitivity, specificity, auc);
  const area = normalDistribution(mean / Math.sqrt(1 + spread ** 2));
  return {
    description: `sensitivity ${sensitivity}, specificity ${specificity}, AUC ${area.toFixed(3)}`,
    sensitivity,
    specificity,
    auc: area,
    source(uniform) {
      const normal = randomNormal.source(uniform)();
      return (fracture) => {
        const score = fracture ? mean + spread * normal() : normal();
        return {
          outcome: score >= cutOff ? "fracture" : "no-fracture",
          probability: normalDistribution((score - cutOff) / 2),
        };
      };
    },
  };
}
