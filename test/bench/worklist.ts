import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { closeStore, connectStore, ReadingList, StudyLedger } from "@redspot/queue";
import { progressOn, staticTokenEntry } from "@redspot/runtime";
import { startRedis, startService, workFolder } from "@redspot/testbed";
import { type Finding, findingOf } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { Command } from "commander";
import { positive } from "./positive.ts";
import { cpuMs, residentMegabytes } from "./process.ts";
import { rounded, spreadOf } from "./spread.ts";
import type { Browsers, Heard } from "./worklist-browsers.ts";

const options = new Command("bench:worklist")
  .description(
    "The reading list under load: a real Redis with 100,000 open workitems, the real worklist service, 200 event " +
      "streams of browsers that stay open, and 200 changes a second: by turns a study arrives, a finding moves one, and " +
      "one is completed, so that the list stays as long as it is. Beside them the first page is asked for over HTTP.\n" +
      "Changes and questions have times at which they are due, whether or not those before have been answered, and " +
      "latency is counted from then: a wait that makes others wait counts for each of them. Milliseconds. Redis syncs " +
      "each change to the disk (appendfsync always), so none can be quicker than the disk, whose own figure stands beside.\n" +
      "The last line is one JSON object: p99_ms_max = the highest 99th percentile of insertion, re-ordering and first page.",
  )
  .option("--workitems <n>", "open workitems on the list", positive, 100_000)
  .option("--changes <n>", "changes a second", positive, 200)
  .option("--pages <n>", "first pages asked for in a second", positive, 20)
  .option("--streams <n>", "browsers that listen", positive, 200)
  .option("--seconds <n>", "how long, after 5 s to warm up", positive, 60)
  .option(
    "--browsers-ask",
    "each browser also asks for the first page when it hears of a change, once a second at most",
  )
  .option("--service-node-option <option...>", "options for the worklist service's Node, such as --cpu-prof")
  .parse()
  .opts<{
    workitems: number;
    changes: number;
    pages: number;
    streams: number;
    seconds: number;
    browsersAsk?: true;
    serviceNodeOption?: string[];
  }>();

const WARM_UP_SECONDS = 5;
const MEMORY_EVERY_MS = 10_000;
const POLICY = { headStartMs: 240 * 60_000 };
const TOKEN = "token-of-the-benchmark-of-the-list";
const browsersScript = fileURLToPath(new URL("worklist-browsers.ts", import.meta.url));

const studyUid = (n: number) => `1.2.826.0.1.3680043.10.1.${n}`;
const note = (n: number) => ({
  studyInstanceUID: studyUid(n),
  sopInstanceUID: `${studyUid(n)}.1`,
  sopClassUID: "1.2.840.10008.5.1.4.1.1.1.1",
  isImage: true,
  bytes: 6_000_000,
});

/** A finding as the network makes them; of every four studies one shows a fracture. */
function findingAbout(n: number): Finding {
  const probability = n % 4 === 0 ? 0.93 : 0.07;
  return findingOf({
    studyInstanceUID: studyUid(n),
    revision: 1,
    instances: [
      {
        sopInstanceUID: `${studyUid(n)}.1`,
        sopClassUID: "1.2.840.10008.5.1.4.1.1.1.1",
        analysed: true,
        logit: 1.5,
        probability,
        laterality: "L",
        activationMap: new Array(64).fill(0.25),
      },
    ],
    model: EXAMPLE_MODEL,
    softwareVersion: "0.1.0",
    analysedAt: new Date(),
  });
}

/** How long the disk that Redis writes to takes to make a little durable: what every change waits for at least. */
async function fsyncLatencies(folder: string): Promise<number[]> {
  const file = openSync(join(folder, "fsync"), "a");
  const written = Buffer.alloc(1_000);
  const latencies: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    const begun = performance.now();
    writeSync(file, written);
    fdatasyncSync(file);
    latencies.push(performance.now() - begun);
    await after(4);
  }
  closeSync(file);
  return latencies;
}

/**
 * Does things at the times at which they are due, so many a second, and notes how long after that each was done. What
 * is late is not left out, nor does it move what comes after it.
 */
async function atSteadyRate(perSecond: number, seconds: number, act: (n: number) => Promise<number[]>): Promise<void> {
  const begun = performance.now();
  const running: Promise<void>[] = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = begun + (1000 * n) / perSecond;
    // The last part of a millisecond, for which there is no timer, is waited for in turns of the event loop.
    while (due - performance.now() >= 1) await after(Math.floor(due - performance.now()));
    while (performance.now() < due) await new Promise(setImmediate);
    running.push(act(n).then((latencies) => void latencies.push(performance.now() - due)));
  }
  await Promise.all(running);
}

const work = workFolder("bench-worklist");
const progress = progressOn(process.stderr);
const stops: (() => unknown)[] = [() => work.remove(), progress.end];

try {
  const redis = await startRedis({ by: "program", folder: join(work.path, "redis") });
  stops.push(redis.stop);
  const store = connectStore(redis.url);
  stops.push(() => closeStore(store));
  const [ledger, list] = [new StudyLedger(store), new ReadingList(store)];

  for (let first = 0; first < options.workitems; first += 200) {
    const chunk = Array.from({ length: Math.min(200, options.workitems - first) }, (_, i) => first + i);
    await Promise.all(chunk.map((n) => ledger.noteInstance(note(n))));
    await Promise.all(chunk.map((n) => list.place(findingAbout(n), POLICY)));
    progress.show("Studies put on the list", first + chunk.length, options.workitems);
  }

  const service = await startService("worklist", {
    folder: work.path,
    nodeOptions: options.serviceNodeOption,
    environment: {
      REDSPOT_REDIS_URL: redis.url,
      REDSPOT_SPOOL_DIR: work.path,
      // No report is written here: the queue is empty.
      REDSPOT_PACS_URL: "http://127.0.0.1:9/dicom-web",
      REDSPOT_TOKENS: staticTokenEntry({ name: "benchmark", scopes: ["read"] }, TOKEN),
    },
  });
  const { url, program } = service;
  stops.push(() => program.stop());
  await service.ready();

  const browsers = fork(browsersScript);
  stops.push(() => browsers.disconnect());
  const told: Browsers = { url, token: TOKEN, streams: options.streams, ask: options.browsersAsk === true };
  browsers.send(told);
  await once(browsers, "message");
  const heard = async (): Promise<Heard> => {
    browsers.send("heard");
    return (await once(browsers, "message"))[0] as Heard;
  };

  const disk = spreadOf(await fsyncLatencies(work.path));

  const agent = new Agent({ keepAlive: true });
  const firstPage = () =>
    new Promise<void>((resolve, reject) => {
      const request = get(
        `${url}/reading-list`,
        { agent, headers: { authorization: `Bearer ${TOKEN}` } },
        (response) => {
          response.resume();
          response.on("end", () =>
            response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)),
          );
        },
      );
      request.on("error", reject);
    });

  let latencies = {
    insertion: [] as number[],
    reordering: [] as number[],
    completion: [] as number[],
    page: [] as number[],
  };
  let next = options.workitems;
  let toComplete = 1;
  const change = async (n: number): Promise<number[]> => {
    const { insertion, reordering, completion } = latencies;
    if (n % 3 === 0) {
      await ledger.noteInstance(note(next++));
      return insertion;
    }
    if (n % 3 === 1) {
      await list.place(findingAbout(next - 4), POLICY);
      return reordering;
    }
    await list.complete(studyUid(toComplete++), { by: "benchmark", at: Date.now() });
    return completion;
  };
  const load = (seconds: number) =>
    Promise.all([
      atSteadyRate(options.changes, seconds, change),
      atSteadyRate(options.pages, seconds, async () => {
        await firstPage();
        return latencies.page;
      }),
    ]);

  await load(WARM_UP_SECONDS);
  latencies = { insertion: [], reordering: [], completion: [], page: [] };
  await heard();
  const memory = () => ({ worklist: residentMegabytes(program.pid), redis: residentMegabytes(redis.program!.pid) });
  const cpu = () => ({
    worklist: cpuMs(program.pid) / 1000,
    redis: cpuMs(redis.program!.pid) / 1000,
    own: (cpuMs(process.pid) + cpuMs(browsers.pid!)) / 1000,
  });
  const [cpuBefore, begun] = [cpu(), performance.now()];
  const resident = [memory()];
  const ticking = setInterval(() => {
    progress.show("Seconds of load", Math.round((performance.now() - begun) / 1000), options.seconds);
    if (performance.now() - begun > resident.length * MEMORY_EVERY_MS) resident.push(memory());
  }, 1000);
  await load(options.seconds).finally(() => clearInterval(ticking));
  progress.end();
  resident.push(memory());
  const seconds = (performance.now() - begun) / 1000;
  const cpuAfter = cpu();
  const { events, fewest, lost, pages } = await heard();

  const measured = {
    insertion: spreadOf(latencies.insertion),
    reordering: spreadOf(latencies.reordering),
    completion: spreadOf(latencies.completion),
    first_page: spreadOf(latencies.page),
  };
  console.log(`${await list.length()} open workitems, ${options.streams} streams, ${rounded(seconds, 1)} s`);
  for (const [name, { n, p50, p99, max }] of Object.entries({ ...measured, "disk's fsync": disk })) {
    console.log(`  ${name.padEnd(12)} p50 ${p50} ms, p99 ${p99} ms, most ${max} ms (${n})`);
  }
  console.log(
    JSON.stringify({
      p99_ms_max: Math.max(measured.insertion.p99, measured.reordering.p99, measured.first_page.p99),
      ...measured,
      ...(options.browsersAsk ? { browsers_page: spreadOf(pages) } : {}),
      disk_fsync: disk,
      workitems: await list.length(),
      changes_per_s: rounded((measured.insertion.n + measured.reordering.n + measured.completion.n) / seconds, 1),
      streams: options.streams,
      streams_lost: lost,
      events_a_stream_and_second: rounded(events / options.streams / seconds, 2),
      events_fewest: fewest,
      worklist_rss_mb: resident.map(({ worklist }) => Math.round(worklist)),
      redis_rss_mb: resident.map(({ redis }) => Math.round(redis)),
      worklist_cores: rounded((cpuAfter.worklist - cpuBefore.worklist) / seconds, 2),
      redis_cores: rounded((cpuAfter.redis - cpuBefore.redis) / seconds, 2),
      /** Of the benchmark itself: who changes, who asks, and the browsers. */
      own_cores: rounded((cpuAfter.own - cpuBefore.own) / seconds, 2),
    }),
  );
} finally {
  for (const stop of stops.reverse()) await stop();
}
