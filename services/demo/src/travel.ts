import { countReports, type ReadingListLine, readReadingList, waitUntil } from "@redspot/testbed";
import type { Bars } from "./console-output.ts";
import type { Stack } from "./stack.ts";
import type { SentStudy } from "./verdict.ts";

/** How long nothing at all may happen before the demo gives up. */
const patienceSeconds = 120;

export interface Journey {
  readonly list: readonly ReadingListLine[];
  readonly reports: ReadonlyMap<string, number>;
  /** Seconds from arrival at Redspot to the report's being found in the PACS, by study. */
  readonly pushToReport: ReadonlyMap<string, number>;
}

/**
 * Watches studies travel until each has a finding and a report in the PACS. Arrival is the time that the list gives;
 * the report counts from the moment at which QIDO-RS finds it, asked for every quarter of a second.
 */
export async function watchTravel(
  { redspot, orthanc, programs }: Stack,
  sent: { readonly studies: readonly SentStudy[]; readonly done: boolean },
  total: number,
  bars: Bars,
): Promise<Journey> {
  const { worklist } = redspot.services;
  const pushToReport = new Map<string, number>();
  let progress = "";
  let lastProgress = performance.now();

  return waitUntil(
    async () => {
      const [list, reports] = await Promise.all([
        readReadingList(worklist.url, redspot.token),
        countReports(orthanc.dicomWebUrl),
      ]);
      const now = Date.now();
      for (const { studyInstanceUID, arrivedAt } of list) {
        if (reports.has(studyInstanceUID) && !pushToReport.has(studyInstanceUID)) {
          pushToReport.set(studyInstanceUID, (now - Date.parse(arrivedAt)) / 1000);
        }
      }
      const analysed = list.filter(({ outcome }) => outcome !== null).length;
      bars.update([sent.studies.length, list.length, analysed, reports.size]);
      const state = [sent.studies.length, list.length, analysed, reports.size].join(" ");
      if (state !== progress) {
        progress = state;
        lastProgress = performance.now();
      }
      const all = sent.done && list.length >= total && analysed >= total && reports.size >= total;
      const stuck = performance.now() - lastProgress > patienceSeconds * 1000;
      return (all || stuck) && { list, reports, pushToReport };
    },
    { what: "every study has its report", timeoutSeconds: 24 * 3600, intervalMilliseconds: 250, programs },
  );
}
