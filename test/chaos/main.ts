import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { TestbedError, workFolder } from "@redspot/testbed";
import cliProgress from "cli-progress";
import { Command, InvalidArgumentError } from "commander";
import { figuresOf } from "./figures.ts";
import { describeDisturbance, planRun } from "./plan.ts";
import { runChaos } from "./run-chaos.ts";

const number = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`a number from ${least} to ${most}`);
};
const whole = (least: number, most: number) => (text: string) => {
  const value = number(least, most)(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
};

const options = new Command("npm run chaos --")
  .description(
    "Breaks everything that can break, on this machine's loopback: Redspot's services, Redis and Orthanc are killed,\n" +
      "ended and paused, their connections poisoned, the disk filled, clocks set wrong and the power cut, while made-up\n" +
      "radiographs come in from senders that send again what was not acknowledged. After each episode a checker reads\n" +
      "Redis, the spool, the PACS, the audit trail and what a RIS was told, and holds them against the senders' log. See docs/chaos.md.\n\n" +
      "The last line is one JSON object. The exit status is 0 where nothing was lost, duplicated, misordered or given up.\n" +
      "Ctrl-C ends it after the episode that is under way.",
  )
  .option("--minutes <n>", "how long, about", number(0.1, 24 * 60), 10)
  .option("--studies <n>", "how many studies are sent in that time", whole(1, 1_000_000), 1000)
  .option(
    "--seed <n>",
    "the same seed plans the same run; drawn where left out",
    whole(1, 2 ** 31 - 1),
    randomInt(1, 2 ** 31 - 1),
  )
  .option("--episode <n>", "only this episode of the plan, to look into what was found", whole(1, 10_000))
  .option("--episode-seconds <n>", "how long an episode is", whole(10, 3600), 120)
  .option("--replicas <n>", "how many there are of each service", whole(1, 8), 2)
  .option("--senders <n>", "how many requests senders have under way at a time", whole(1, 64), 6)
  .option("--plan", "only print what would be done", false)
  .option(
    "--keep <folder>",
    "where logs and data go; a temporary folder, removed if all is well, where left out",
    (path) => resolve(path),
  )
  .helpOption("-h, --help", "show this")
  .parse()
  .opts<{
    minutes: number;
    studies: number;
    seed: number;
    episode?: number;
    episodeSeconds: number;
    replicas: number;
    senders: number;
    plan: boolean;
    keep?: string;
  }>();

const plan = planRun(options);
const episodes = options.episode === undefined ? plan : plan.filter((one) => one.number === options.episode);
const total = episodes.reduce((sum, { studies }) => sum + studies, 0);
console.log(`seed ${options.seed}, ${episodes.length} episodes, ${total} studies`);

if (options.plan) {
  for (const { number: which, studies, loadMs, appendFsync, disturbances } of episodes) {
    console.log(`episode ${which}: ${studies} studies in ${loadMs / 1000} s, Redis with appendfsync ${appendFsync}`);
    for (const { atMs, disturbance } of disturbances) {
      console.log(`  ${(atMs / 1000).toFixed(1).padStart(6)} s  ${describeDisturbance(disturbance)}`);
    }
  }
  process.exit(0);
}

const folder = workFolder("chaos", options.keep);
const bar = process.stderr.isTTY
  ? new cliProgress.SingleBar(
      {
        stream: process.stderr,
        format: "  studies at rest {bar} {value}/{total}  {duration_formatted}, {eta_formatted} left",
      },
      cliProgress.Presets.shades_classic,
    )
  : undefined;
bar?.start(total, 0);
const ending = new AbortController();
process.on("SIGINT", () => {
  if (ending.signal.aborted) process.exit(130);
  console.log("The run ends after this episode; once more, and it ends now.");
  ending.abort();
});
try {
  const result = await runChaos({
    ...options,
    episodes,
    folder: folder.path,
    say: (line) => console.log(line),
    signal: ending.signal,
    onProgress: (done) => bar?.update(Math.min(done, total)),
  });
  bar?.stop();
  const figures = figuresOf(result);
  for (const { kind, studyInstanceUID, what } of result.complaints)
    console.log(`${kind}: ${studyInstanceUID}: ${what}`);
  const isWell = result.complaints.length === 0;
  if (isWell) folder.remove();
  else {
    folder.keep();
    console.log(`Logs and data are in ${folder.path}`);
  }
  console.log(JSON.stringify({ ...figures, seed: options.seed, minutes: options.minutes, network: "Inception v3" }));
  process.exitCode = isWell ? 0 : 1;
} catch (error) {
  bar?.stop();
  folder.keep();
  console.error(error instanceof TestbedError ? error.message : error);
  console.error(`Logs and data are in ${folder.path}`);
  process.exitCode = 1;
}
