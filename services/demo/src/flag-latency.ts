import { closeStore, connectStore, ReadingList, StudyLedger } from "@redspot/queue";

/** How long a study took once it had settled, in seconds, by the clock of Redis. */
export interface FlagLatency {
  /** Until it stood where its finding would have it on the reading list. */
  readonly settledToListed: number;
  /** Until the PACS had said that it has the report. */
  readonly settledToReport: number;
}

/**
 * The flag latency of each study that has a report: from the moment at which it had not grown for the settle time,
 * whether or not anybody had noticed by then.
 */
export async function flagLatencies(
  redisUrl: string,
  studies: readonly string[],
  settleSeconds: number,
): Promise<FlagLatency[]> {
  const store = connectStore(redisUrl);
  const [ledger, list] = [new StudyLedger(store), new ReadingList(store)];
  try {
    const each = studies.map(async (study) => {
      const [lastArrivalAt, history = []] = await Promise.all([ledger.lastArrivalAt(study), list.history(study)]);
      const at = (event: string) => history.findLast((one) => one.event === event)?.at;
      const [listedAt, reportedAt] = [at("found"), at("reported")];
      if (lastArrivalAt === undefined || listedAt === undefined || reportedAt === undefined) return [];
      const settledAt = lastArrivalAt + 1000 * settleSeconds;
      return {
        settledToListed: (listedAt - settledAt) / 1000,
        settledToReport: (reportedAt - settledAt) / 1000,
      };
    });
    return (await Promise.all(each)).flat();
  } finally {
    await closeStore(store);
  }
}
