import { readdirSync, readlinkSync } from "node:fs";
import { residentMegabytes } from "../bench/process.ts";

/** What a process holds at a moment (proc(5)). */
export interface ProcessSample {
  /** Seconds since the watch began. */
  readonly second: number;
  /** Resident memory, VmRSS. */
  readonly residentMb: number;
  readonly openFiles: number;
  readonly sockets: number;
}

/** Looks at processes now and then; a process that was started anew goes on under its name. */
export class ProcessWatch {
  readonly samples = new Map<string, ProcessSample[]>();
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(processes: () => Iterable<{ readonly name: string; readonly pid: number }>, everyMs: number) {
    this.#timer = setInterval(() => {
      for (const { name, pid } of processes()) this.#look(name, pid);
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(name: string, pid: number): void {
    const sample = sampleOf(pid, (performance.now() - this.#startedAt) / 1000);
    const samples = this.samples.get(name) ?? [];
    this.samples.set(name, samples);
    if (sample !== undefined) samples.push(sample);
  }
}

/** What a process holds; undefined where it has ended. */
export function sampleOf(pid: number, second: number): ProcessSample | undefined {
  try {
    const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`));
    const sockets = targets.filter((target) => target.startsWith("socket:")).length;
    return { second, residentMb: residentMegabytes(pid), openFiles: targets.length, sockets };
  } catch {
    return undefined;
  }
}

/** What an open file is; it may be closed before it is looked at. */
function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
