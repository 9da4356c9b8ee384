import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type FoundInput, type Outcome, runCases } from "./run-cases.ts";
import { type TargetName, targets } from "./targets.ts";

const whole = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("a whole number");
  return value;
};

const names = Object.keys(targets) as TargetName[];
const options = new Command("fuzz")
  .description(
    `Gives what the network reaches all kinds of input, and looks whether what must hold holds: no crash, no hang, ` +
      `nothing left behind, nothing stored that was not sent, a valid answer. Targets:\n${names
        .map((name) => `  ${name.padEnd(12)} ${targets[name].about}`)
        .join("\n")}\n\nThe last line is one JSON object. The exit code is 1 where something was found.`,
  )
  .addOption(
    new Option("--target <name...>", "what is tested, one after the other").choices(names).default(names, "all"),
  )
  .addOption(
    new Option("--by <guide>", "how inputs are made: by grammar alone, or also by damage to those that reach new code")
      .choices(["grammar", "coverage"])
      .default("grammar"),
  )
  .option("--seconds <n>", "for all targets together", whole, 60)
  .option("--cases <n>", "at most so many for each target", whole, Number.MAX_SAFE_INTEGER)
  .option("--seed <n>", "the same seed gives the same cases in the same order", whole, randomInt(2 ** 31 - 1) + 1)
  .option("--from <n>", "begin at the case of this number, as it stands in the name of what was found", whole, 0)
  .option("--replay <file>", "run this input alone, on the one target that is given")
  .option("--keep <folder>", "where inputs go that found something", ".cache/fuzz")
  .parse()
  .opts<{
    target: TargetName[];
    by: "grammar" | "coverage";
    seconds: number;
    cases: number;
    seed: number;
    from: number;
    replay?: string;
    keep: string;
  }>();

const MOST_KEPT = 50;
const kept = new Map<string, number>();

/** Keeps the input of each finding; of findings that read the same, the first few. */
function onFound(target: TargetName, { kind, name, message, input }: FoundInput): void {
  const same = `${target} ${message.split("\n", 3).join(" ")}`;
  const count = (kept.get(same) ?? 0) + 1;
  kept.set(same, count);
  if (count > 3 || kept.size > MOST_KEPT) return;
  const file = join(resolve(options.keep), `${target}-${kind}-${name}`);
  mkdirSync(resolve(options.keep), { recursive: true });
  writeFileSync(file, input);
  console.log(
    `\n${kind} in ${target}, ${name}: ${message}\n  replay: npm run fuzz -- --target ${target} --replay ${file}`,
  );
}

const total: Outcome = { cases: 0, accepted: 0, refused: 0, crashes: 0, hangs: 0, memoryGrowth: 0 };
const startedAt = performance.now();
console.log(`seed ${options.seed}`);
for (const target of options.target) {
  const begun = performance.now();
  const outcome = await runCases({
    ...options,
    target,
    seconds: options.seconds / options.target.length,
    onFound: (found) => onFound(target, found),
    onProgress: (cases) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${target}: ${cases} cases `);
    },
  });
  const seconds = (performance.now() - begun) / 1000;
  console.log(
    `${target}: ${outcome.cases} cases in ${seconds.toFixed(0)} s, ${outcome.accepted} accepted, ${outcome.refused} ` +
      `refused, ${outcome.crashes} crashes, ${outcome.hangs} hangs`,
  );
  for (const figure of ["cases", "accepted", "refused", "crashes", "hangs"] as const) total[figure] += outcome[figure];
  total.memoryGrowth = Math.max(total.memoryGrowth, outcome.memoryGrowth);
}
for (const [same, count] of kept) console.log(`${count} times: ${same}`);

const { memoryGrowth, ...figures } = total;
console.log(
  JSON.stringify({
    ...figures,
    per_second: Math.round((1000 * total.cases) / (performance.now() - startedAt)),
    memory_mb_growth: Math.round(memoryGrowth / 1_000_000),
    seed: options.seed,
  }),
);
process.exitCode = total.crashes + total.hangs === 0 ? 0 : 1;
