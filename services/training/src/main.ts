#!/usr/bin/env node
import { addReproducePaper } from "./commands/reproduce-paper.ts";
import { kit } from "./kit.ts";
import { TrainingError } from "./training-error.ts";

const program = kit();
addReproducePaper(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof TrainingError)) throw error;
  process.stderr.write(`\nredspot-train: ${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
