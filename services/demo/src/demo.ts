import { rmSync } from "node:fs";
import { join } from "node:path";
import { type ChildProgram, type Modality, requireFreePort, storeByDimse } from "@redspot/testbed";
import type { ConsoleOutput } from "./console-output.ts";
import { flagLatencies } from "./flag-latency.ts";
import { listTable } from "./list-table.ts";
import type { DemoOptions } from "./options.ts";
import { type Phantoms, startPhantoms } from "./phantoms.ts";
import { SETTLE_SECONDS, startStack } from "./stack.ts";
import type { Stops } from "./stops.ts";
import { watchTravel } from "./travel.ts";
import { type Figures, figuresOf, type SentStudy } from "./verdict.ts";

export interface DemoSurroundings {
  readonly options: DemoOptions;
  /** Where everything writes. */
  readonly folder: string;
  /** What people present to the reading list, and the PACS to Redspot. */
  readonly token: string;
  readonly output: ConsoleOutput;
  readonly colour: boolean;
  /** Filled with what must be ended. */
  readonly stops: Stops;
}

export interface Demonstrated {
  readonly figures: Figures;
  /** What runs, and must go on running. */
  readonly programs: readonly ChildProgram[];
}

/** The whole demonstration, from nothing to the reading list; what was started keeps running. */
export async function demonstrate({
  options,
  folder,
  token,
  output,
  colour,
  stops,
}: DemoSurroundings): Promise<Demonstrated> {
  const { studies: total, seed } = options;
  output.say(
    `Redspot's demo: a PACS, Redis and Redspot's three services start on this machine, ${total} made-up wrist studies\n` +
      "go into the PACS as from a modality, and the PACS pushes them to Redspot. Nobody's images, and no model for patients.\n",
  );
  if (options.port > 0) await requireFreePort(options.port, "the reading list: --port");
  if (options.pacsPort > 0) await requireFreePort(options.pacsPort, "the PACS: --pacs-port");

  const phantoms = startPhantoms({ count: total, seed, folder: join(folder, "phantoms") });
  await stops.add(phantoms.stop);
  const stack = await startStack(
    {
      folder,
      token,
      worklistPort: options.port,
      pacsPort: options.pacsPort,
      ...(options.model !== undefined && { modelPackage: options.model }),
    },
    output,
    stops,
  );
  const { redis, orthanc, redspot } = stack;

  output.say("\nStudies on their way:");
  const bars = output.bars(["into the PACS (C-STORE)", "pushed to Redspot", "analysed", "report in the PACS"], total);
  const sent = { studies: [] as SentStudy[], done: false };
  const sending = sendAll(phantoms, orthanc.dimse, sent);
  // A failure to send ends the watching, too.
  const journey = await Promise.race([
    Promise.all([watchTravel(stack, sent, total, bars), sending]).then(([travel]) => travel),
    sending.then(() => new Promise<never>(() => {})),
  ]).finally(() => bars.stop());

  const uids = sent.studies.map(({ studyInstanceUID }) => studyInstanceUID);
  const latencies = await flagLatencies(redis.url, uids, SETTLE_SECONDS);
  const outcome = { studies: sent.studies, ...journey, latencies };
  const figures = figuresOf(outcome);
  output.say(
    `\nThe reading list, before (order of arrival) and after:\n${listTable(sent.studies, journey.list, colour)}`,
  );
  output.say(`
  Structured reports in the PACS (QIDO-RS)      ${figures.reports} of ${figures.studies} studies
  Fractures flagged                             ${figures.fractures_flagged} of ${figures.fractures}
  Their mean place on the list                  ${figures.mean_place_of_fractures_by_arrival ?? "-"} by arrival, ${figures.mean_place_of_fractures_read ?? "-"} as read now
  From push to report                           median ${figures.push_to_report_s_median ?? "-"} s, 95th percentile ${figures.push_to_report_s_p95 ?? "-"} s
  From settled to its place on the list         median ${figures.settled_to_listed_s_median ?? "-"} s, 95th percentile ${figures.settled_to_listed_s_p95 ?? "-"} s
  From settled to report                        median ${figures.settled_to_report_s_median ?? "-"} s, 95th percentile ${figures.settled_to_report_s_p95 ?? "-"} s

  Reading list      ${redspot.services.worklist.url}/   (sign in with the token ${token})
  PACS's viewer     ${orthanc.url}/app/explorer.html
  PACS by DIMSE     ${orthanc.dimse.host}:${orthanc.dimse.port}, AE title ${orthanc.dimse.aeTitle}`);
  if (!options.exit || options.keepLogs) output.say(`  Logs and data     ${folder}`);
  for (const complaint of figures.complaints) output.say(`  NOT AS IT MUST BE: ${complaint}`);
  return { figures, programs: stack.programs };
}

/** Sends each study as it is made, by C-STORE. */
async function sendAll(
  phantoms: Phantoms,
  pacs: Modality,
  sent: { readonly studies: SentStudy[]; done: boolean },
): Promise<void> {
  for await (const { studyInstanceUID, truth, files } of phantoms) {
    await storeByDimse(files, pacs);
    for (const file of files) rmSync(file);
    sent.studies.push({ studyInstanceUID, truth, label: `S${String(sent.studies.length + 1).padStart(2, "0")}` });
  }
  sent.done = true;
}
