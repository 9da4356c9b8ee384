import { readFileSync } from "node:fs";

/** Processor time of a process so far, in milliseconds, of which Linux counts 100 ticks a second (proc(5), stat). */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Highest resident memory that a process has had, in MB. */
export function peakMegabytes(pid: number): number {
  return (Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;
}
