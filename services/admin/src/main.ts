#!/usr/bin/env node
import { ConfigError } from "@redspot/runtime";
import { CommanderError } from "commander";
import { admin } from "./admin.ts";
import { AdminError } from "./admin-error.ts";

const FAILED = 1;
const MISUSED = 2;

try {
  await admin(process.env).parseAsync();
} catch (error) {
  process.exitCode = statusOf(error);
}

/** What a script that called the command goes by: 0 done, 1 failed, 2 misused. */
function statusOf(error: unknown): number {
  // Commander has said what is wrong, or printed the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
  if (error instanceof ConfigError) {
    process.stderr.write(`redspot-admin: ${error.message}\n`);
    return MISUSED;
  }
  if (!(error instanceof AdminError)) throw error;
  process.stderr.write(`redspot-admin: ${error.code}: ${error.message}\n`);
  return FAILED;
}
