import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { progressOn } from "@redspot/runtime";
import { type BacklogRanks, backlogRanks } from "./backlog.ts";
import { check } from "./check.ts";
import type { Estimate } from "./estimate.ts";
import { type Experiment, type Results, runExperiment } from "./experiment.ts";
import { nameOf, type Policy } from "./policy.ts";
import { charts } from "./report/charts.ts";
import { page } from "./report/page.ts";
import { backlogTable, checkTable, resultsTable } from "./results-table.ts";
import { experimentOf, type Options } from "./settings.ts";
import { CLASS_NAMES } from "./waits.ts";

interface Output {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Head starts that the chart of the choice shows, in minutes; 0 is first come, first served. */
const HEAD_STARTS_SHOWN = [0, 15, 30, 60, 90, 120, 180, 240, 360, 480];
const BACKLOG_STUDIES = 10_000;

/** Everything that was found out about one reading room. */
export interface Simulated {
  readonly experiment: Experiment;
  readonly results: Results;
  readonly backlog: BacklogRanks;
  /** A finer choice of head starts, where charts are wanted. */
  readonly choice?: Results;
}

export async function simulate(options: Options, { stdout, stderr }: Output): Promise<void> {
  const progress = progressOn(stderr);
  const run = <T>(name: string, work: Generator<number, T>): T => {
    let step = work.next();
    for (; !step.done; step = work.next()) progress.show(name, Math.round(100 * step.value), 100);
    progress.end();
    return step.value;
  };
  const say = (text: string) => void stdout.write(`${text}\n`);

  if (options.check) {
    const checked = run("closed forms", check({ studies: options.studies, replications: 10, seed: options.seed }));
    const { conservationError, promisesBroken, studies, comparisons } = checked;
    say(`${checkTable(checked)}\n`);
    const most = Math.max(...comparisons.map(({ error }) => error));
    say(
      JSON.stringify({
        closed_form_error_max: rounded(most, 5),
        conservation_error_max: Number(conservationError.toPrecision(2)),
        promises_broken: promisesBroken,
        comparisons: comparisons.length,
        studies,
        seed: options.seed,
      }),
    );
    return;
  }

  const experiment = await experimentOf(options);
  const results = run("reading rooms", runExperiment(experiment));
  const { prevalence, detector } = experiment.load;
  const { seed, replications } = experiment;
  const backlog = backlogRanks({ studies: BACKLOG_STUDIES, prevalence, detector, replications, seed });
  const wantsCharts = options.report !== undefined || options.charts !== undefined;
  const policies = HEAD_STARTS_SHOWN.map((minutes): Policy => ({ order: "head-start", minutes }));
  const choice = wantsCharts ? run("head starts", runExperiment({ ...experiment, policies })) : undefined;
  const simulated: Simulated = { experiment, results, backlog, ...(choice && { choice }) };

  say(`${resultsTable(results)}\n\n${backlogTable(backlog)}\n`);
  if (options.charts !== undefined) {
    await mkdir(options.charts, { recursive: true });
    for (const { name, svg } of charts(simulated)) {
      await writeFile(join(options.charts, `${name}.svg`), standalone(svg));
      say(`wrote ${join(options.charts, `${name}.svg`)}`);
    }
  }
  if (options.report !== undefined) {
    await writeFile(options.report, page(simulated));
    say(`wrote ${options.report}`);
  }
  say(JSON.stringify(figuresOf(simulated)));
}

/** An SVG that stands alone: on white, in a face of its own. */
function standalone(svg: string): string {
  return `${svg
    .replace("font-family:inherit", "font-family:system-ui,'Liberation Sans',sans-serif")
    .replace(/<svg[^>]*>/, (tag) => `${tag}<rect width="100%" height="100%" fill="white"/>`)}\n`;
}

/** What a script reads: minutes, each with half its 95 % interval. */
function figuresOf({ experiment, results, backlog }: Simulated) {
  const short = ({ value, half }: Estimate, digits = 2) => [rounded(value, digits), rounded(half, digits)];
  const orders = results.policies.map(({ policy, classes }) => ({
    order: nameOf(policy),
    ...Object.fromEntries(
      CLASS_NAMES.map((name) => {
        const { mean, p95, longest, wonMean, lostMost } = classes[name];
        return [
          name,
          {
            mean: short(mean),
            p95: short(p95),
            longest: short(longest),
            won: short(wonMean),
            most_lost: short(lostMost),
          },
        ];
      }),
    ),
  }));
  const { byFlag, byScore, atBest } = backlog;
  return {
    studies: results.studies,
    seed: experiment.seed,
    backlog_rank: { by_flag: short(byFlag, 4), by_score: short(byScore, 4), at_best: short(atBest, 4) },
    orders,
  };
}

/** Null where there is no figure. */
const rounded = (value: number, digits: number) => (Number.isFinite(value) ? Number(value.toFixed(digits)) : null);
