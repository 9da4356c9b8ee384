import { setTimeout as pause } from "node:timers/promises";
import type { Cell } from "./cell.ts";
import { type Disturbance, describeDisturbance, type PlannedDisturbance } from "./plan.ts";
import type { Timeline } from "./timeline.ts";

/**
 * Brings every disturbance about in its time, and mends it. One that needs what another has in hand just now comes
 * after it. Resolves when all are mended, with the moment (performance.now()) at which the last one was.
 */
export async function disturb(
  cell: Cell,
  disturbances: readonly PlannedDisturbance[],
  timeline: Timeline,
): Promise<number> {
  const turns = new Turns();
  await Promise.all(
    disturbances.map(async ({ atMs, disturbance }) => {
      await pause(atMs);
      await turns.take(whatItTakes(disturbance, cell), async () => {
        timeline.tell(describeDisturbance(disturbance));
        const note = await bringAbout(cell, disturbance);
        timeline.tell(`mended: ${describeDisturbance(disturbance)}${note === undefined ? "" : ` (${note})`}`);
      });
    }),
  );
  return performance.now();
}

/** Disturbances that take the same thing wait for each other. */
function whatItTakes(of: Disturbance, cell: Cell): string[] {
  const processes = Array.from({ length: cell.replicas }, (_, replica) =>
    ["stow", "inference", "worklist"].map((name) => `${name} ${replica}`),
  ).flat();
  switch (of.kind) {
    case "power-cut":
      return ["redis 0", "orthanc 0", ...processes];
    case "toxic":
      return [of.link];
    case "receiver":
      return [of.receiver];
    case "clock":
      return [`clock ${of.replica}`];
    case "disk-full":
      return ["disk"];
    default:
      return [`${of.victim} ${of.victim === "redis" || of.victim === "orthanc" ? 0 : of.replica}`];
  }
}

/** Does it, waits, and undoes it; answers with what is worth knowing of it. */
async function bringAbout(cell: Cell, of: Disturbance): Promise<string | undefined> {
  switch (of.kind) {
    case "kill":
    case "terminate": {
      const begun = performance.now();
      await cell.stopProgram(of.victim, of.replica, of.kind === "kill" ? "SIGKILL" : "SIGTERM");
      const ended = performance.now() - begun;
      await pause(of.forMs);
      await cell.startProgram(of.victim, of.replica);
      return of.kind === "kill" ? undefined : `it had ended after ${(ended / 1000).toFixed(1)} s`;
    }
    case "pause": {
      const program = cell.programOf(of.victim, of.replica);
      program.kill("SIGSTOP");
      await pause(of.forMs);
      program.kill("SIGCONT");
      return undefined;
    }
    case "toxic": {
      const heal = cell.poison(of.link, of.toxic);
      await pause(of.forMs);
      heal();
      return undefined;
    }
    case "receiver":
      await cell.told?.behave(of.receiver, of.behaviour);
      await pause(of.forMs);
      await cell.told?.behave(of.receiver);
      return undefined;
    case "disk-full":
      if (cell.whyNoSmallDisk !== undefined) return `skipped: ${cell.whyNoSmallDisk}`;
      cell.fillDisk();
      await pause(of.forMs);
      cell.clearDisk();
      return undefined;
    case "clock":
      cell.setClock(of.replica, of.offsetMs);
      await pause(of.forMs);
      cell.setClock(of.replica, 0);
      return undefined;
    case "power-cut": {
      const { filesLost, redisBytesLost } = await cell.cutPower();
      await pause(of.forMs);
      await cell.restorePower();
      return `${filesLost} files and ${redisBytesLost} bytes of Redis's log were not on disk`;
    }
  }
}

/** Whoever takes several things has them all, or waits. */
class Turns {
  readonly #taken = new Map<string, Promise<unknown>>();

  async take(things: readonly string[], work: () => Promise<void>): Promise<void> {
    const before = things.map((thing) => this.#taken.get(thing));
    const turn = Promise.all(before).then(work);
    const quiet = turn.catch(() => {});
    for (const thing of things) this.#taken.set(thing, quiet);
    await turn;
  }
}
