import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { TestbedError } from "./testbed-error.ts";

export interface ProgramOptions {
  /** The name in messages. */
  readonly name: string;
  /** Absolute path, see findProgram. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; that of this process where left out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File that receives standard output and standard error. */
  readonly logFile: string;
  /** How long `stop` waits between SIGTERM and SIGKILL. */
  readonly graceSeconds?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program running as a child, in a process group of its own. */
export interface ChildProgram {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** How it ended; undefined while it runs. */
  readonly exit: Exit | undefined;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<Exit>;
  /** Its last log lines. */
  tail(lines?: number): string;
  /** The error that says that and how it ended. */
  endedError(): TestbedError;
  /** SIGTERM to the whole group, SIGKILL after the grace time; resolves when it has ended. */
  stop(): Promise<void>;
  /** A signal to the whole group, as the kernel or an operator would send it. */
  kill(signal: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();
let guarded = false;

/** Starts a program; rejects with MISSING_PROGRAM where the command does not exist. */
export async function startProgram(options: ProgramOptions): Promise<ChildProgram> {
  if (!existsSync(options.command)) throw missing(options, "there is no such file");
  guardAgainstOrphans();
  const log = openSync(options.logFile, "a");
  const { command, args } = tiedToParent(options.command, options.args);
  const child = spawn(command, args, {
    cwd: options.cwd,
    ...(options.env && { env: options.env }),
    stdio: ["ignore", log, log],
    // A group of its own: Ctrl-C in the terminal reaches only the parent, which then ends things in their order.
    detached: true,
  });
  closeSync(log);
  let exit: Exit | undefined;
  const ended = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      exit = { code, signal };
      resolve(exit);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(missing(options, error.message)));
  });
  running.add(child);
  const pid = child.pid as number;

  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    ended,
    get exit() {
      return exit;
    },
    tail: (lines = 12) => tailOf(options.logFile, lines),
    endedError() {
      const how = exit?.signal ? `was ended by ${exit.signal}` : `ended with status ${exit?.code}`;
      return new TestbedError(
        "PROCESS_ENDED",
        `${options.name} ${how}. Its last lines (${options.logFile}):\n${tailOf(options.logFile, 12)}`,
      );
    },
    async stop() {
      if (exit) return;
      signalGroup(pid, "SIGTERM");
      const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), (options.graceSeconds ?? 10) * 1000);
      await ended;
      clearTimeout(timer);
      // What the program itself had started, and left behind.
      signalGroup(pid, "SIGKILL");
    },
    kill: (signal) => signalGroup(pid, signal),
  };
}

const setpriv = "/usr/bin/setpriv";

/** Linux ends the child with its parent even where the parent is killed (SIGKILL) and cannot clean up: prctl(2). */
function tiedToParent(command: string, args: readonly string[]): { command: string; args: string[] } {
  if (process.platform !== "linux" || !existsSync(setpriv)) return { command, args: [...args] };
  return { command: setpriv, args: ["--pdeathsig", "KILL", command, ...args] };
}

function missing({ name, command }: ProgramOptions, reason: string): TestbedError {
  return new TestbedError("MISSING_PROGRAM", `${name}: cannot start ${command}: ${reason}.`);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** However this process ends, its children end before it. */
function guardAgainstOrphans(): void {
  if (guarded) return;
  guarded = true;
  const killAll = () => {
    for (const child of running) if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
  };
  process.on("exit", killAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Somebody else listens too and ends things in their order: leave it to them.
      if (process.listenerCount(signal) > 1) return;
      killAll();
      process.exit(128 + constants.signals[signal]);
    });
  }
}

function tailOf(file: string, lines: number): string {
  const text = existsSync(file) ? readFileSync(file, "utf8").trimEnd() : "";
  return text === "" ? "(nothing)" : text.split("\n").slice(-lines).join("\n");
}
