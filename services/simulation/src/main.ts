#!/usr/bin/env node
import { ModelError } from "@redspot/model";
import { command, type Options } from "./settings.ts";
import { simulate } from "./simulate.ts";
import { SimulationError } from "./simulation-error.ts";

// Whoever reads only the first lines closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const options = command().parse().opts<Options>();
try {
  await simulate(options, { stdout: process.stdout, stderr: process.stderr });
} catch (error) {
  if (!(error instanceof SimulationError || error instanceof ModelError)) throw error;
  process.stderr.write(`redspot-simulate: ${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
