import { SOFTWARE_VERSION } from "@redspot/runtime";
import { Command } from "commander";
import { addConfig } from "./commands/config.ts";
import { addDeadLetters } from "./commands/dead-letters.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addForget } from "./commands/forget.ts";
import { addModel } from "./commands/model.ts";
import { addReconcile } from "./commands/reconcile.ts";
import { addSweep } from "./commands/sweep.ts";
import type { Environment } from "./connect.ts";

/** What operators can do to a running installation, a file for each command in `commands/`. */
export function admin(environment: Environment): Command {
  const program = new Command("redspot-admin")
    .description("Looks after a Redspot installation. It reads the same environment variables as the services.")
    .version(SOFTWARE_VERSION)
    // Thrown instead, so that main.ts decides about the exit status.
    .exitOverride();
  for (const add of [addDoctor, addReconcile, addDeadLetters, addSweep, addModel, addForget, addConfig]) {
    add(program, environment);
  }
  return program;
}
