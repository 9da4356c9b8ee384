import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import manifest from "../package.json" with { type: "json" };
import { PROFILES, weekOf } from "./arrivals.ts";
import { binormalDetector } from "./detector.ts";
import type { Experiment } from "./experiment.ts";
import { packageDetector } from "./package-detector.ts";
import type { Policy } from "./policy.ts";
import type { ReadingTime } from "./reading-time.ts";
import { weeklyRoster } from "./roster.ts";
import { SimulationError } from "./simulation-error.ts";

/** What can be asked of the simulation, as it is written on the command line. */
export interface Options {
  readonly profile: string;
  readonly load: number;
  readonly readers: number;
  readonly onCall?: number;
  readonly reading: ReadingTime["distribution"];
  readonly readingMinutes: number;
  readonly readingVariation: number;
  readonly prevalence: number;
  readonly sensitivity: number;
  readonly specificity: number;
  readonly auc?: number;
  readonly model?: string;
  readonly notAnalysed: number;
  readonly settleSeconds: number;
  readonly inferenceSeconds: number;
  readonly headStart: number[];
  readonly overdue: number;
  readonly replications: number;
  readonly weeks: number;
  readonly seed: number;
  readonly report?: string;
  readonly charts?: string;
  readonly check?: true;
  readonly studies: number;
}

function number(what: string, fits: (value: number) => boolean) {
  return (text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!fits(value)) throw new InvalidArgumentError(`give ${what}`);
    return value;
  };
}
const within = number("a number between 0 and 1, both excluded", (value) => value > 0 && value < 1);
const part = number("a part from 0 to below 1", (value) => value >= 0 && value < 1);
const positive = number("a number above 0", (value) => value > 0 && value < 1e6);
const duration = number("a number from 0 on", (value) => value >= 0 && value < 1e6);
const whole = number("a whole number above 0", (value) => Number.isInteger(value) && value > 0 && value < 1e9);
const people = number("a whole number from 0 to 100", (value) => Number.isInteger(value) && value >= 0 && value <= 100);
const several = number("a whole number from 2 on", (value) => Number.isInteger(value) && value >= 2 && value < 1e4);
const minutes = (text: string, before?: number[] | string) => [
  ...(Array.isArray(before) && before !== HEAD_STARTS ? before : []),
  duration(text),
];

const HEAD_STARTS = [120, 240];

export function command(): Command {
  return new Command("redspot-simulate")
    .version(manifest.version)
    .description(
      "Simulates a reading room, study by study, on the code that orders the reading list in service, and tells how long " +
        "studies wait in each order: first come, first served; flagged first, strictly; with a head start; by probability; " +
        "and with overdue studies at the top, which is not built. Every order reads the same studies. Figures are minutes, " +
        "with 95 % intervals over independent replications. The last line is one JSON object.",
    )
    .addOption(
      new Option(
        "--profile <name|file>",
        "how arrivals spread: flat, day, week (Monday highest), or a file of 24 or 168 figures",
      ).default("flat"),
    )
    .option("--load <part>", "how busy the readers are, on average over the week", within, 0.8)
    .addOption(
      new Option("--readers <n>", "readers; with --on-call, Monday to Friday 08:00 to 20:00")
        .argParser(people)
        .default(1),
    )
    .option("--on-call <n>", "readers at night and at weekends; as many as by day where left out", people)
    .addOption(
      new Option("--reading <distribution>", "how reading times spread")
        .choices(["exponential", "lognormal", "fixed"])
        .default("exponential"),
    )
    .option("--reading-minutes <n>", "mean reading time", positive, 10)
    .option("--reading-variation <n>", "standard deviation over mean, of lognormal reading times", positive, 0.7)
    .option("--prevalence <part>", "part of the studies with a fracture", within, 0.25)
    .option("--sensitivity <part>", "chance that a fracture is flagged", within, 0.9)
    .option("--specificity <part>", "chance that a study without one is not", within, 0.88)
    .option("--auc <part>", "area under the ROC curve; where left out, that of the curve with equal spreads", within)
    .addOption(
      new Option("--model <folder>", "draw answers from a model package's evaluation instead").conflicts([
        "sensitivity",
        "specificity",
        "auc",
      ]),
    )
    .option("--not-analysed <part>", "part of the studies that Redspot does not analyse", part, 0)
    .option("--settle-seconds <n>", "from arrival until a study counts as whole", duration, 30)
    .option("--inference-seconds <n>", "from then to the finding, mean of an exponential distribution", duration, 5)
    .option("--head-start <minutes...>", "head starts to try", minutes, HEAD_STARTS)
    .option(
      "--overdue <minutes>",
      "after how long the order that is not built puts an unflagged study to the top",
      duration,
      60,
    )
    .option("--replications <n>", "independent runs", several, 20)
    .option("--weeks <n>", "what is measured of each", whole, 26)
    .option("--seed <n>", "the same seed gives the same figures", whole, 1)
    .option("--report <file>", "write what came of it as an HTML page with charts")
    .option("--charts <folder>", "write the charts as SVG files")
    .option("--check", "hold the simulation to closed forms instead, whatever the other options say, but for --seed")
    .option("--studies <n>", "how many studies each room of --check sees", whole, 2_000_000);
}

/**
 * The experiment that the options ask for.
 *
 * @throws {SimulationError} OVERLOADED, NO_SUCH_CURVE, PACKAGE_WITHOUT_SCORES, PROFILE_UNREADABLE
 * @throws {ModelError} where a model package cannot be loaded
 */
export async function experimentOf(options: Options): Promise<Experiment> {
  const { readers, onCall = readers, reading, readingMinutes, readingVariation } = options;
  const roster = weeklyRoster(readers, onCall);
  if (roster.mean === 0) throw new SimulationError("OVERLOADED", "there is no reader: give --readers or --on-call");
  const policies: Policy[] = [
    { order: "first-come" },
    ...options.headStart.map((headStart): Policy => ({ order: "head-start", minutes: headStart })),
    { order: "strict" },
    { order: "by-score" },
    { order: "overdue-to-top", minutes: options.overdue },
  ];
  return {
    load: {
      perHour: (options.load * roster.mean * 60) / readingMinutes,
      week: await profileOf(options.profile),
      readingTime: { distribution: reading, meanMinutes: readingMinutes, variation: readingVariation },
      prevalence: options.prevalence,
      notAnalysed: options.notAnalysed,
      detector:
        options.model === undefined
          ? binormalDetector(options.sensitivity, options.specificity, options.auc)
          : await packageDetector(options.model),
      settleMinutes: options.settleSeconds / 60,
      inferenceMinutes: options.inferenceSeconds / 60,
    },
    roster,
    policies,
    replications: options.replications,
    weeks: options.weeks,
    seed: options.seed,
  };
}

async function profileOf(name: string): Promise<readonly number[]> {
  if (name in PROFILES) return PROFILES[name as keyof typeof PROFILES];
  try {
    const text = await readFile(name, "utf8");
    return weekOf(
      text
        .trim()
        .split(/[\s,;]+/)
        .map(Number),
    );
  } catch (error) {
    throw new SimulationError("PROFILE_UNREADABLE", `--profile ${name}: ${(error as Error).message}`);
  }
}
