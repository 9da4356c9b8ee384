import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { setTimeout as passes } from "node:timers/promises";
import {
  type LoadedPackage,
  type ModelChange,
  ModelChoice,
  ModelPresence,
  type PackageName,
  ReadingList,
  ShadowScores,
  type Store,
  StudyQueue,
} from "@redspot/queue";
import { progressOn } from "@redspot/runtime";
import { type Command, InvalidArgumentError } from "commander";
import { AdminError } from "../admin-error.ts";
import { type Environment, storeVariables, withStore } from "../connect.ts";
import { type Comparison, comparePackages } from "../model/compare-packages.ts";
import { calledBy, comparisonPage } from "../model/comparison-page.ts";
import { promotionOf, type RunningModels, rollbackOf, runningModels } from "../model/running-models.ts";
import { record } from "../record.ts";

interface Output {
  json?: boolean;
}

interface Deed {
  why: string;
  by: string;
  yes?: boolean;
  force?: boolean;
}

/** Processes look every two seconds who has the word. */
const FOLLOWED_WITHIN_MS = 20_000;

const HELP = `
A second model package, REDSPOT_SHADOW_PACKAGE of the inference services, scores beside the first and says nothing. Whether it
is better, \`compare\` tells from the studies that both have scored; \`promote\` gives it the word, in all processes at once and
without a restart, and \`rollback\` takes it back. Both stay loaded: the other one is the shadow then.
${storeVariables}`;

/** `redspot-admin model`: which model package speaks, and whether another should. */
export function addModel(program: Command, environment: Environment): void {
  const command = program
    .command("model")
    .description("Which model package speaks; how the one in its shadow compares; promotes it, and rolls back.")
    .addHelpText("after", HELP);
  const sub = (name: string, description: string) =>
    command.command(name).description(description).addHelpText("after", storeVariables);

  sub("status", "Which package speaks, which scores in its shadow, and which inference processes have them.")
    .option("--json", "as a JSON object, for programs")
    .action(({ json }: Output) =>
      withStore(environment, async (store) => {
        const models = await modelsIn(store);
        const scored = await countOf(store, models);
        print(json ? JSON.stringify({ ...models, scoredByBoth: scored }) : statusPage(models, scored));
      }),
    );

  sub("compare", "Compares the package that speaks with its shadow, on the studies that both have scored.")
    .option("--packages <hash...>", "two other packages, by their hashes: as if the first spoke")
    .option("--json", "as a JSON object, for programs")
    .action(({ packages, json }: Output & { packages?: string[] }) =>
      withStore(environment, async (store) => {
        const pair = packages ? named(packages) : pairOf(await modelsIn(store));
        if (!pair) {
          throw new AdminError(
            "NO_SHADOW",
            "no package scores in the shadow of another now. Name two by --packages; `model history` has their hashes.",
          );
        }
        const comparison = await comparisonOf(store, pair);
        print(json ? JSON.stringify({ packages: pair, ...comparison }) : comparisonPage(comparison, pair));
      }),
    );

  deed(sub("promote", "Gives the shadow the word: every study that is analysed from then on is judged by it.")).action(
    (given: Deed) =>
      withStore(environment, async (store) => {
        const models = await modelsIn(store);
        const { package: next, before } = promotionOf(models);
        print(packagePage(next));
        print(`\n${comparisonPage(await comparisonOf(store, [before, next]), [before, next])}\n`);
        await confirm(`Give the word to ${calledBy(next)}?`, given);
        await change(environment, store, models, { act: "promote", package: next, before }, given);
      }),
  );

  deed(sub("rollback", "Takes the latest promotion back: the package that spoke before it gets the word again."))
    .option("--force", "also where a process does not have that package: it then analyses nothing", false)
    .action((given: Deed) =>
      withStore(environment, async (store) => {
        const models = await modelsIn(store);
        const history = await new ModelChoice(store).history();
        const { package: next, before } = rollbackOf(models, history, given.force ?? false);
        await confirm(`Give the word back to ${calledBy(next)}?`, given);
        await change(environment, store, models, { act: "rollback", package: next, before }, given);
      }),
    );

  sub("history", "Who gave the word to which package, when and why.")
    .option("--json", "one JSON object a line, for programs")
    .action(({ json }: Output) =>
      withStore(environment, async (store) => {
        const changes = await new ModelChoice(store).history();
        for (const one of changes) print(json ? JSON.stringify(one) : historyLine(one));
        if (!json && changes.length === 0) print("Nothing was ever promoted: each process speaks as it is configured.");
      }),
    );
}

function deed(command: Command): Command {
  return command
    .requiredOption("--why <text>", "the reason, for the history: no patient's data", oneLine)
    .option("--by <name>", "who does it", oneLine, userInfo().username)
    .option("--yes", "do not ask");
}

/** What stands in the history and, of `--by`, in audit messages, which take nothing else. */
function oneLine(text: string): string {
  if (/^[^\p{Cc}]{1,400}$/u.test(text)) return text;
  throw new InvalidArgumentError("From 1 to 400 characters on one line, without control characters.");
}

async function modelsIn(store: Store): Promise<RunningModels> {
  const queue = new StudyQueue(store, "triage");
  try {
    const [workers, processes, latest] = await Promise.all([
      queue.workers(),
      new ModelPresence(store).processes(),
      new ModelChoice(store).latest(),
    ]);
    return runningModels(processes, latest, workers);
  } finally {
    await queue.close();
  }
}

const pairOf = ({ speaks, shadow }: RunningModels): [PackageName, PackageName] | undefined =>
  speaks && shadow && [speaks, nameOf(shadow)];

const nameOf = ({ packageHash, name, version }: PackageName): PackageName => ({ packageHash, name, version });

function named(hashes: readonly string[]): [PackageName, PackageName] {
  const [one, other] = hashes;
  if (hashes.length !== 2 || !hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash)) || one === other) {
    throw new AdminError("NOT_FOUND", "--packages takes two different hashes, of 64 hex digits each.");
  }
  const nameless = (packageHash: string) => ({ packageHash, name: "package", version: "" });
  return [nameless(one!), nameless(other!)];
}

async function countOf(store: Store, models: RunningModels): Promise<number | undefined> {
  const pair = pairOf(models);
  return pair && new ShadowScores(store).count(pair.map(({ packageHash }) => packageHash));
}

async function comparisonOf(store: Store, pair: readonly [PackageName, PackageName]): Promise<Comparison> {
  const hashes = [pair[0].packageHash, pair[1].packageHash] as const;
  const notes = await Array.fromAsync(new ShadowScores(store).of(hashes));
  return comparePackages(notes, hashes, await new ReadingList(store).verdicts());
}

async function confirm(question: string, { yes = false }: Deed): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new AdminError("NOT_CONFIRMED", "nobody can be asked here: say --yes.");
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`${question} [yes/no] `).finally(() => asking.close());
  if (answer.trim().toLowerCase() !== "yes") throw new AdminError("NOT_CONFIRMED", "nothing was changed.");
}

/** Makes a change, and waits until every inference process has followed. */
async function change(
  environment: Environment,
  store: Store,
  { change: latest, processes }: RunningModels,
  what: Pick<ModelChange, "act"> & { package: PackageName; before: PackageName },
  { by, why }: Deed,
): Promise<void> {
  const made: ModelChange = {
    number: (latest?.number ?? 0) + 1,
    act: what.act,
    package: nameOf(what.package),
    before: nameOf(what.before),
    ...{ by, why, at: Date.now() },
  };
  if (!(await new ModelChoice(store).change(made))) {
    throw new AdminError(
      "CHANGED_MEANWHILE",
      "somebody else has changed it meanwhile: nothing was done. Look at `model history`.",
    );
  }
  await record(environment, store, { kind: "model", by, act: made.act, packageHash: made.package.packageHash });
  print(`${calledBy(made.package)} has the word: every study that begins from now on is judged by it, or by nobody.`);
  const behind = await whoDoesNotFollow(store, made, processes.length);
  if (behind.length === 0) return print(`All ${processes.length} inference processes have followed.`);
  throw new AdminError(
    "NOT_FOLLOWED",
    `the change holds, but not every inference process has said that it follows: ${behind.join(", ")}. Look at \`model status\` and at their logs.`,
  );
}

async function whoDoesNotFollow(store: Store, made: ModelChange, of: number): Promise<string[]> {
  const presence = new ModelPresence(store);
  const progress = progressOn(process.stderr);
  const until = performance.now() + FOLLOWED_WITHIN_MS;
  for (;;) {
    const behind = (await presence.processes()).filter(
      ({ change, speaks }) => change < made.number || speaks !== made.package.packageHash,
    );
    progress.show("Following", Math.max(0, of - behind.length), of);
    if (behind.length === 0 || performance.now() > until) {
      progress.end();
      return behind.map(({ process }) => process);
    }
    await passes(200);
  }
}

function statusPage(
  { processes, change, speaks, shadow, troubles }: RunningModels,
  scored: number | undefined,
): string {
  const since = change
    ? `since ${new Date(change.at).toISOString()}: ${change.act} by ${change.by} (${change.why})`
    : "as configured";
  return [
    `Speaks   ${speaks ? `${calledBy(speaks)}, ${since}` : "not one package in all processes"}`,
    `Shadow   ${shadow ? calledBy(shadow) : "none"}`,
    ...(scored === undefined ? [] : [`Scored by both: ${scored} studies`]),
    "",
    ...processes.map(({ process, mode, packages, speaks: own }) => {
      const words = packages.map((one) => `${one.packageHash === own ? "speaks" : "shadow"} ${calledBy(one)}`);
      return `${process}  ${mode}  ${words.join(", ")}`;
    }),
    ...troubles.map((trouble) => `! ${trouble}`),
  ].join("\n");
}

/** What is known of a package from its own evaluation. */
function packagePage({ evaluation, intendedUse, signedBy, ...loaded }: LoadedPackage): string {
  const { part, auc, sensitivity, specificity, finalSetUses } = evaluation;
  const figure = ({ value, low, high }: typeof auc) => `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  const uses =
    finalSetUses === undefined
      ? ""
      : `, used ${finalSetUses.evaluations} time(s) for ${finalSetUses.models} model(s)${finalSetUses.models > 1 ? ": final no more" : ""}`;
  return [
    `${calledBy(loaded)}, for ${intendedUse} use, ${signedBy === undefined ? "no signature asked for" : `signed by ${signedBy}`}`,
    `  evaluated on a ${part} set of ${auc.n} cases${uses}`,
    `  AUC ${figure(auc)}, sensitivity ${figure(sensitivity)}, specificity ${figure(specificity)}`,
    `  head ${loaded.headHash}, calibration ${loaded.calibrationHash}, backbone ${loaded.backboneHash}`,
  ].join("\n");
}

function historyLine({ number, at, act, package: next, before, by, why }: ModelChange): string {
  return [
    `${number}  ${new Date(at).toISOString()}  ${act} by ${by}: ${why}`,
    `   from ${before.name} ${before.version} ${before.packageHash}`,
    `   to   ${next.name} ${next.version} ${next.packageHash}`,
  ].join("\n");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
