import { readFileSync, writeFileSync } from "node:fs";

/** Processor time of a process so far, in milliseconds, of which Linux counts 100 ticks a second (proc(5), stat). */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process, in MB (proc(5), status). */
export const residentMegabytes = (pid: number) => megabytes(pid, /VmRSS:\s+(\d+) kB/);

/** Highest resident memory that a process has had, or has had since `forgetPeak`, in MB. */
export const peakMegabytes = (pid: number) => megabytes(pid, /VmHWM:\s+(\d+) kB/);

/** From here on the kernel keeps a process's highest resident memory anew (proc(5), clear_refs). */
export const forgetPeak = (pid: number) => writeFileSync(`/proc/${pid}/clear_refs`, "5");

function megabytes(pid: number, line: RegExp): number {
  return (Number(line.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;
}
