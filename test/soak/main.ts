import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { TestbedError, workFolder } from "@redspot/testbed";
import cliProgress from "cli-progress";
import { Command, InvalidArgumentError } from "commander";
import { latencyChart, memoryChart } from "./charts.ts";
import { byMinute, percentilesOf } from "./flag-latency.ts";
import { growthOf } from "./growth.ts";
import { runSoak } from "./run-soak.ts";

const between = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`a number from ${least} to ${most}`);
};

const options = new Command("npm run soak --")
  .description(
    "Measures how many studies a second this machine can do, loads Redspot with a share of it for a long time, and looks\n" +
      "whether any process holds more and more memory, files or sockets. Tells, by minute, how long a settled study takes\n" +
      "until its report is in the PACS. See docs/chaos.md.\n\n" +
      "The last line is one JSON object. The exit status is 0 where everything stays flat and every study has its report.",
  )
  .option("--minutes <n>", "how long", between(0.2, 24 * 60), 30)
  .option("--share <n>", "of the capacity that was measured", between(0.01, 1), 0.7)
  .option("--capacity <n>", "studies a second; measured where left out", between(0.01, 10_000))
  .option("--measure-seconds <n>", "over which capacity is measured", between(4, 600), 60)
  .option("--seed <n>", "which studies", between(1, 2 ** 31 - 1), randomInt(1, 2 ** 31 - 1))
  .option("--charts <folder>", "where the charts go, as SVG; none where left out", (path) => resolve(path))
  .option("--keep <folder>", "where logs and data go; a temporary folder, removed at the end, where left out", (path) =>
    resolve(path),
  )
  .helpOption("-h, --help", "show this")
  .parse()
  .opts<{
    minutes: number;
    share: number;
    capacity?: number;
    measureSeconds: number;
    seed: number;
    charts?: string;
    keep?: string;
  }>();

const rounded = (value: number, digits = 1) => Math.round(value * 10 ** digits) / 10 ** digits;
/** Redis and the PACS keep what they are given, so they grow: they are told of, and not judged. */
const KEEPERS = ["redis", "orthanc"];

const folder = workFolder("soak", options.keep);
const bar = process.stderr.isTTY
  ? new cliProgress.SingleBar(
      { stream: process.stderr, format: "  studies {bar} {value}/{total}  {duration_formatted}, {eta_formatted} left" },
      cliProgress.Presets.shades_classic,
    )
  : undefined;
let spoken = performance.now();
const progress = (sent: number, of: number) => {
  if (bar !== undefined) {
    if (!bar.isActive) bar.start(of, 0);
    bar.update(sent);
  } else if (performance.now() - spoken > 60_000) {
    spoken = performance.now();
    console.log(`${sent}/${of} studies sent`);
  }
};

try {
  const result = await runSoak({
    ...options,
    folder: folder.path,
    say: (line) => console.log(line),
    onProgress: progress,
  });
  bar?.stop();
  const minutes = byMinute(result.latencies);
  console.log("minute  studies  median    p95    p99  (seconds from settled to report stored)");
  for (const { minute, studies, median, p95, p99 } of minutes) {
    const seconds = [median, p95, p99].map((value) => value.toFixed(2).padStart(7)).join("");
    console.log(`${String(minute).padStart(6)} ${String(studies).padStart(8)} ${seconds}`);
  }
  const growth = Object.fromEntries([...result.samples].map(([name, samples]) => [name, growthOf(samples)]));
  for (const [name, { residentMb, residentGrowthMb, moreOpenFiles, moreSockets, isFlat }] of Object.entries(growth)) {
    const judged = KEEPERS.includes(name) ? "keeps what it is given" : isFlat ? "flat" : "NOT FLAT";
    console.log(
      `${name.padEnd(14)} ${residentMb.toFixed(0).padStart(5)} MB, trend ${residentGrowthMb.toFixed(1)} MB, ` +
        `${moreOpenFiles} more files, ${moreSockets} more sockets: ${judged}`,
    );
  }
  if (options.charts !== undefined) {
    mkdirSync(options.charts, { recursive: true });
    writeFileSync(join(options.charts, "soak-latency.svg"), `${latencyChart(minutes)}\n`);
    writeFileSync(join(options.charts, "soak-memory.svg"), `${memoryChart(result.samples)}\n`);
  }
  const leaking = Object.keys(growth).filter((name) => !KEEPERS.includes(name) && !growth[name]!.isFlat);
  const reported = percentilesOf(result.latencies.map((one) => one.reported));
  const listed = percentilesOf(result.latencies.map((one) => one.listed));
  const figures = {
    capacity_per_s: rounded(result.capacity, 2),
    rate_per_s: rounded(result.rate, 2),
    studies: result.studies,
    without_report: result.withoutReport,
    flag_latency_s: {
      median: rounded(reported.median, 2),
      p95: rounded(reported.p95, 2),
      p99: rounded(reported.p99, 2),
    },
    list_latency_s: { median: rounded(listed.median, 2), p95: rounded(listed.p95, 2), p99: rounded(listed.p99, 2) },
    worst_minute_p95_s: rounded(Math.max(...minutes.map(({ p95 }) => p95)), 2),
    rss_mb: Object.fromEntries(Object.entries(growth).map(([name, one]) => [name, rounded(one.residentMb, 0)])),
    rss_growth_mb: Object.fromEntries(
      Object.entries(growth).map(([name, one]) => [name, rounded(one.residentGrowthMb)]),
    ),
    leaking,
    crashes: result.crashes.length,
    minutes: options.minutes,
    seed: options.seed,
  };
  console.log(JSON.stringify(figures));
  process.exitCode = leaking.length + result.crashes.length + result.withoutReport === 0 ? 0 : 1;
} catch (error) {
  bar?.stop();
  console.error(error instanceof TestbedError ? error.message : error);
  process.exitCode = 1;
} finally {
  folder.remove();
}
