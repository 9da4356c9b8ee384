import { availableParallelism } from "node:os";
import { progressOn } from "@redspot/runtime";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type BandRule, type CalibrateOptions, calibrate } from "../calibrate/calibrate.ts";
import { CALIBRATION_FILE, type CalibrationFile } from "../calibrate/calibration-file.ts";
import { DEFAULT_WORK, oneOf, real, whole } from "./options.ts";

interface CalibrateCommandOptions extends CalibrateOptions {
  work: string;
}

async function run({ work, ...options }: CalibrateCommandOptions): Promise<void> {
  const progress = progressOn(process.stderr);
  try {
    const onProgress = (done: number, of: number) => progress.show("Training without each fold", done, of);
    const file = await calibrate(work, { ...options, onProgress });
    progress.end();
    process.stdout.write(describe(file));
  } finally {
    progress.end();
  }
}

const part = (value: number) => value.toFixed(3);
const interval = ({ value, low, high }: { value: number; low: number; high: number }) =>
  `${part(value)} (${part(low)} to ${part(high)})`;

function describe({
  calibration,
  quality,
  cutOff,
  inconclusiveBand: band,
  found,
  prevalence,
}: CalibrationFile): string {
  const line = (name: string, { logLoss, brier, expectedCalibrationError }: CalibrationFile["quality"]["before"]) =>
    `  ${name.padEnd(26)}${[logLoss, brier, expectedCalibrationError].map((value) => part(value).padStart(10)).join("")}\n`;
  const byDemand = cutOff.demanded === undefined ? cutOff.chosenBy : `${cutOff.chosenBy} ${cutOff.demanded}`;
  return (
    `${calibration.method} calibration, fitted to ${calibration.fittedOn}.\n` +
    `  ${"".padEnd(26)}${["log loss", "Brier", "ECE"].map((name) => name.padStart(10)).join("")}\n` +
    line("before", quality.before) +
    line(`platt, ${quality.folds} folds`, quality.after.platt) +
    line(`isotonic, ${quality.folds} folds`, quality.after.isotonic) +
    `cut-off           ${interval({ ...cutOff.interval!, value: cutOff.value })}, by ${byDemand}\n` +
    `  sensitivity     ${interval(found.sensitivity)}\n` +
    `  specificity     ${interval(found.specificity)}\n` +
    `inconclusive      ${part(band.low)} to ${part(band.high)}: ${interval(found.inconclusive)} of the cases; outside it\n` +
    `  sensitivity     ${interval(found.outsideBand.sensitivity)}\n` +
    `  specificity     ${interval(found.outsideBand.specificity)}\n` +
    "These are the cases that cut-off and band were chosen on: evaluate tells how they do on others.\n" +
    (prevalence.site === null
      ? `Probabilities hold where ${part(prevalence.training)} of the patients have a fracture, as among these cases: give --prevalence.\n`
      : `Probabilities hold where ${prevalence.site} of the patients have a fracture; among these cases ${part(prevalence.training)} had one.\n`) +
    `${CALIBRATION_FILE} written.\n`
  );
}

/** `youden`, `sensitivity:0.95`, `specificity:0.9` or `cost:5`. */
function cutOffRule(text: string): CalibrateOptions["cutOff"] {
  if (text === "youden") return { by: "youden" };
  const [by, number = ""] = text.split(":");
  const demanded = Number(number);
  if ((by === "sensitivity" || by === "specificity") && demanded > 0 && demanded <= 1) return { by, demanded };
  if (by === "cost" && demanded > 0 && Number.isFinite(demanded)) return { by, demanded };
  throw new InvalidArgumentError('"youden", or such as sensitivity:0.95, specificity:0.9, cost:5.');
}

/** `none`, `share:0.1`, or sensitivity and specificity such as `0.95:0.9`. */
function bandRule(text: string): BandRule {
  if (text === "none") return { by: "none" };
  const [first, second] = text.split(":");
  const [sensitivity, specificity] = [Number(first), Number(second)];
  if (first === "share" && specificity > 0 && specificity < 1) return { by: "share", share: specificity };
  const within = (value: number) => value > 0 && value <= 1;
  if (within(sensitivity) && within(specificity)) return { by: "demand", sensitivity, specificity };
  throw new InvalidArgumentError('"none", such as share:0.1, or sensitivity and specificity such as 0.95:0.9.');
}

export function addCalibrate(program: Command): void {
  program
    .command("calibrate")
    .description(
      "Turns the head's logits into probabilities on cases that it has not learnt from, by Platt's or isotonic calibration, whichever has the " +
        "lower log loss by cross-validation; chooses the cut-off with its bootstrap interval, and the inconclusive band. " +
        "With the site's prevalence, probabilities are the site's, by Bayes' theorem.",
    )
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option(
      "--prevalence <share>",
      "the part of the site's lateral wrists that show a fracture, such as 0.2",
      real(0.0001, 0.9999),
    )
    .addOption(
      new Option(
        "--cut-off <rule>",
        "youden (the paper's); sensitivity:0.95 or specificity:0.9, demanded; cost:5, a missed fracture costing as much as so many false alarms",
      )
        .argParser(cutOffRule)
        .default(cutOffRule("youden"), "youden"),
    )
    .addOption(
      new Option(
        "--band <rule>",
        "inconclusive band: sensitivity:specificity to be reached outside it; share:0.1, the cases closest to the cut-off; or none",
      )
        .argParser(bandRule)
        .default(bandRule("0.95:0.95"), "0.95:0.95"),
    )
    .option("--method <platt|isotonic>", "this calibration, not the better one", oneOf("platt", "isotonic"))
    .option(
      "--on <validation|cross-validation>",
      "cases to calibrate on: the validation part, or the training part by heads that are trained without each fifth of its patients",
      oneOf("validation", "cross-validation"),
      "validation",
    )
    .option("--threads <count>", "heads that are trained at once for it", whole(1), availableParallelism())
    .option("--seed <number>", "seed of folds and resamples", whole(0), 1)
    .action(run);
}
