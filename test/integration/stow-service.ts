import { fileURLToPath } from "node:url";
import { type ChildProgram, startProgram, waitUntil } from "@redspot/testbed";

const main = fileURLToPath(new URL("../../services/stow/src/main.ts", import.meta.url));

/** Starts services/stow as a process of its own, on loopback and over HTTP, and waits until it is ready. */
export async function startStow({
  redisUrl,
  spoolDir,
  port,
  logFile,
  env,
}: {
  redisUrl: string;
  spoolDir: string;
  port: number | string;
  logFile: string;
  /** Further variables. */
  env: Record<string, string>;
}): Promise<ChildProgram> {
  const program = await startProgram({
    name: "services/stow",
    command: process.execPath,
    args: [main],
    env: {
      REDSPOT_REDIS_URL: redisUrl,
      REDSPOT_SPOOL_DIR: spoolDir,
      REDSPOT_PORT: `${port}`,
      REDSPOT_ADMIN_PORT: "0",
      ...env,
    },
    logFile,
  });
  const ready = `http://127.0.0.1:${port}/health/ready`;
  await waitUntil(async () => (await fetch(ready)).ok, { what: "stow is ready", programs: [program] });
  return program;
}
