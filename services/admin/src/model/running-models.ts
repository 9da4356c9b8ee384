import type { LoadedPackage, ModelChange, ModelProcess, PackageName } from "@redspot/queue";
import { AdminError } from "../admin-error.ts";
import { calledBy } from "./comparison-page.ts";

/** How the models stand in all inference processes together. */
export interface RunningModels {
  processes: readonly ModelProcess[];
  /** How many processes take studies and do not say which packages they have, as earlier versions of Redspot do. */
  silent: number;
  /** The latest change; before it each process goes by its configuration. */
  change?: ModelChange | undefined;
  /** The package that has the word; undefined where processes disagree, or there are none. */
  speaks?: PackageName | undefined;
  /** The package that scores beside it; undefined where there is none, or more than one. */
  shadow?: LoadedPackage | undefined;
  /** What is not as it has to be, in sentences. */
  troubles: string[];
}

/**
 * What the processes' own words come to.
 *
 * @param workers how many processes take studies
 */
export function runningModels(
  processes: readonly ModelProcess[],
  change: ModelChange | undefined,
  workers = processes.length,
): RunningModels {
  const silent = Math.max(0, workers - processes.length);
  const packages = new Map(processes.flatMap((one) => one.packages.map((loaded) => [loaded.packageHash, loaded])));
  const said = [...new Set(processes.flatMap(({ speaks }) => speaks ?? []))];
  const hash = change?.package.packageHash ?? (said.length === 1 ? said[0] : undefined);
  const speaks = change?.package ?? (hash === undefined ? undefined : packages.get(hash));
  const others = [...packages.values()].filter(({ packageHash }) => packageHash !== hash);
  return {
    processes,
    silent,
    change,
    speaks: speaks && { packageHash: speaks.packageHash, name: speaks.name, version: speaks.version },
    shadow: hash !== undefined && others.length === 1 ? others[0] : undefined,
    troubles: [
      ...(processes.length === 0 ? ["No inference process is running: nothing is analysed."] : []),
      ...(silent > 0
        ? [
            `${silent} process(es) take studies and do not say which package they have: an earlier version of Redspot, which speaks as it is configured.`,
          ]
        : []),
      ...(change === undefined && said.length > 1
        ? ["The processes are configured with different packages, and each speaks with its own."]
        : []),
      ...processes.flatMap((one) => troublesOf(one, hash)),
    ],
  };
}

function troublesOf({ process, speaks, shadowRefusedAs }: ModelProcess, hash: string | undefined): string[] {
  return [
    ...(speaks === undefined
      ? [`${process} does not have the package that has the word, and analyses nothing.`]
      : speaks !== hash && hash !== undefined
        ? [`${process} has not followed yet.`]
        : []),
    ...(shadowRefusedAs === undefined ? [] : [`${process} has no shadow: ${shadowRefusedAs}; its log says more.`]),
  ];
}

/** What promoting would do: the package that would speak, and the one that would not any more. */
export interface Promotion {
  package: LoadedPackage;
  before: PackageName;
}

/**
 * The promotion of the running shadow. Refused unless every process has it, verified, and would let it speak: a process that
 * has not would analyse nothing any more.
 *
 * @throws {AdminError} NO_PROCESS, NO_SHADOW, NOT_EVERYWHERE, NOT_ALLOWED
 */
export function promotionOf(models: RunningModels): Promotion {
  const before = mustSpeak(models);
  const { processes, shadow } = models;
  mustAllSay(models);
  if (!shadow) {
    throw new AdminError(
      "NO_SHADOW",
      "there is not one package that scores in the shadow of all inference processes. Set REDSPOT_SHADOW_PACKAGE, and look at `model status`.",
    );
  }
  mustBeEverywhere(processes, shadow);
  return { package: shadow, before };
}

/**
 * The rollback of the latest promotion that was not taken back yet: the package that spoke before it gets the word again. Never
 * that of a rollback, however often it is asked for: it would give the word back to what was taken out of service.
 *
 * @param history all changes, the oldest first
 * @param force also where a process does not have it: that one then analyses nothing
 * @throws {AdminError} NO_PROCESS, NOTHING_TO_ROLL_BACK, NOT_EVERYWHERE, NOT_ALLOWED
 */
export function rollbackOf(
  models: RunningModels,
  history: readonly ModelChange[],
  force: boolean,
): { package: PackageName; before: PackageName } {
  const { processes } = models;
  const standing: ModelChange[] = [];
  for (const change of history) {
    if (change.act === "promote") standing.push(change);
    else standing.pop();
  }
  const [promotion, latest] = [standing.at(-1), history.at(-1)];
  if (!promotion || !latest) {
    throw new AdminError(
      "NOTHING_TO_ROLL_BACK",
      latest
        ? `all that was promoted has been taken back: ${calledBy(latest.package)} has the word. To give it to another, promote that.`
        : "nothing was ever promoted: each process speaks as it is configured.",
    );
  }
  if (!force) {
    if (processes.length === 0) throw noProcess();
    mustAllSay(models);
    mustBeEverywhere(processes, promotion.before);
  }
  return { package: promotion.before, before: latest.package };
}

function mustSpeak({ processes, speaks }: RunningModels): PackageName {
  if (processes.length === 0) throw noProcess();
  if (speaks) return speaks;
  throw new AdminError(
    "NOT_EVERYWHERE",
    "the inference processes speak with different packages. Give all of them the same REDSPOT_MODEL_PACKAGE first.",
  );
}

function mustAllSay({ silent }: RunningModels): void {
  if (silent === 0) return;
  throw new AdminError(
    "NOT_EVERYWHERE",
    `${silent} process(es) take studies and would not follow: an earlier version of Redspot. Bring all of them to this version first.`,
  );
}

const noProcess = () =>
  new AdminError("NO_PROCESS", "no inference process is running that could tell which packages it has loaded.");

function mustBeEverywhere(processes: readonly ModelProcess[], wanted: PackageName): void {
  const named = calledBy(wanted);
  const loadedBy = ({ packages }: ModelProcess) => packages.find((one) => one.packageHash === wanted.packageHash);
  const without = processes.filter((one) => !loadedBy(one)).map(({ process }) => process);
  if (without.length > 0) {
    throw new AdminError(
      "NOT_EVERYWHERE",
      `${without.length} of ${processes.length} inference processes have not loaded ${named} and would analyse nothing: ${without.join(", ")}.`,
    );
  }
  for (const one of processes) {
    const why = loadedBy(one)?.refusedAs;
    if (why !== undefined) {
      throw new AdminError(
        "NOT_ALLOWED",
        `${one.process} runs in mode ${one.mode} and would not let ${named} speak: ${why}. A package for patients needs an evaluation on a final set, see docs/training.md.`,
      );
    }
  }
}
