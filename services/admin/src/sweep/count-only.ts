import { Backlog, type Store, type SweepPlan } from "@redspot/queue";
import { daysBetween, type PacsStudies, readDay } from "@redspot/sweep";
import { lookThrough } from "./look-through.ts";
import { FOUND, table, written } from "./sweep-report.ts";

interface CountOptions {
  store: Store;
  plan: SweepPlan;
  pacs: Pick<PacsStudies, "studiesOf" | "standingOf">;
  only?: ReadonlySet<string> | undefined;
  progress: { show(name: string, done: number, of: number): void; end(): void };
}

/** What a sweep would find, in words or as JSON. Nothing is queued or noted. */
export async function countOnly(
  { store, plan, pacs, only, progress }: CountOptions,
  forPrograms: boolean,
): Promise<string> {
  const backlog = new Backlog(store);
  const found: Record<string, number> = {};
  let wouldBeQueued = 0;
  try {
    const days = daysBetween(readDay(plan.from)!, readDay(plan.to)!, plan);
    for (const [at, day] of days.entries()) {
      progress.show("Looking through the PACS", at, days.length);
      const one = await lookThrough(day, new Set(plan.standings), { pacs, backlog, only });
      for (const [standing, count] of Object.entries(one.found)) found[standing] = (found[standing] ?? 0) + count;
      wouldBeQueued += one.studies.length;
    }
    progress.show("Looking through the PACS", days.length, days.length);
  } finally {
    progress.end();
    await backlog.close();
  }
  const { from, to } = plan;
  if (forPrograms) return JSON.stringify({ from, to, found, wouldBeQueued });
  return [
    `From ${written(from)} to ${written(to)} the PACS has, by what it tells:`,
    ...table(found, FOUND),
    `A sweep would queue ${wouldBeQueued}. Nothing was queued.`,
  ].join("\n");
}
