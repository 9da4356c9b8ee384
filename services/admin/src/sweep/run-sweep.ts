import { setTimeout as pause } from "node:timers/promises";
import { Backlog, type Store, type Sweep, type SweepPlan } from "@redspot/queue";
import { daysBetween, type PacsStudies, readDay } from "@redspot/sweep";
import { AdminError } from "../admin-error.ts";
import { lookThrough } from "./look-through.ts";
import { type SweepReport, sweepReport } from "./sweep-report.ts";

interface Progress {
  show(name: string, done: number, of: number): void;
  end(): void;
}

interface SweepOptions {
  store: Store;
  plan: SweepPlan;
  pacs: Pick<PacsStudies, "studiesOf" | "standingOf">;
  only?: ReadonlySet<string> | undefined;
  /** Return once all are queued; the workers do the rest. */
  detach: boolean;
  progress: Progress;
  /** Told of what a person should know meanwhile. */
  say: (line: string) => void;
  signal: AbortSignal;
  now: () => Date;
}

/** How often the work of others is looked at. */
const LOOK_EVERY_MS = 1_000;

/**
 * Does a sweep, or goes on with it: looks through the PACS day by day, queues what it finds, and, while the workers
 * analyse that, tells how far they are. At the end the sweep's report; undefined where nobody waited for it.
 */
export async function runSweep(options: SweepOptions): Promise<SweepReport | undefined> {
  const { store, plan, detach, progress, say, now } = options;
  const backlog = new Backlog(store);
  try {
    const sweep = await backlog.begin(plan, now());
    demandSamePlan(sweep, plan);
    if (sweep.daysDone > 0 || sweep.queued > 0) say("A sweep of these days is under way: going on with it.");
    await lookThroughDays(sweep, backlog, options);
    if (detach) return undefined;
    await watch(backlog, options);
    progress.end();
    const ended = await backlog.current();
    // Another command, waiting for the same, has ended it and told of it.
    if (!ended) return (await backlog.lastReport()) as SweepReport;
    const report = await sweepReport(ended, backlog, now());
    await backlog.end(report);
    return report;
  } finally {
    progress.end();
    await backlog.close();
  }
}

function demandSamePlan({ plan: underWay }: Sweep, plan: SweepPlan): void {
  if (JSON.stringify(underWay) === JSON.stringify(plan)) return;
  throw new AdminError(
    "SWEEP_UNDER_WAY",
    `a sweep from ${underWay.from} to ${underWay.to} is under way, with its own options. Go on with it by the same ` +
      "command, or end it: redspot-admin sweep cancel.",
  );
}

async function lookThroughDays(
  sweep: Sweep,
  backlog: Backlog,
  { plan, pacs, only, progress, signal, say }: SweepOptions,
): Promise<void> {
  const days = daysBetween(readDay(plan.from)!, readDay(plan.to)!, { oldestFirst: plan.oldestFirst });
  const wanted = new Set(plan.standings);
  for (let at = sweep.daysDone; at < days.length; at += 1) {
    await whilePaused(backlog, signal, say);
    progress.show("Looking through the PACS", at - sweep.daysDone, days.length - sweep.daysDone);
    const { found, studies } = await lookThrough(days[at]!, wanted, { pacs, backlog, only });
    await backlog.queue(studies);
    if (!(await backlog.noteDay(at, found))) {
      throw new AdminError("SWEEP_UNDER_WAY", "another redspot-admin looks through the PACS for this sweep already.");
    }
  }
  progress.show("Looking through the PACS", days.length - sweep.daysDone, days.length - sweep.daysDone);
}

async function whilePaused(backlog: Backlog, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  for (let told = false; (await backlog.current())?.paused; told = true) {
    if (!told) say("The sweep is paused. redspot-admin sweep resume has it go on.");
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
  signal.throwIfAborted();
}

async function watch(backlog: Backlog, { progress, signal, say }: SweepOptions): Promise<void> {
  let before: number | undefined;
  let toldOfPause = false;
  for (;;) {
    const sweep = await backlog.current();
    if (!sweep) return;
    const done = doneOf(sweep);
    if (done >= sweep.queued) return;
    if (before === undefined) {
      before = done;
      if ((await backlog.workers()) === 0) {
        say("No worker takes part in the sweep yet: inference services do where REDSPOT_PACS_URL is set for them.");
      }
    }
    if (sweep.paused && !toldOfPause) say("The sweep is paused. redspot-admin sweep resume has it go on.");
    toldOfPause = sweep.paused;
    progress.show("Analysing", done - before, sweep.queued - before);
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** How many of a sweep's studies have come to something. */
export function doneOf({ outcomes }: Sweep): number {
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
}
