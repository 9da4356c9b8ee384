import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { REPORT_FILES, report } from "../report/report.ts";
import { DEFAULT_WORK, whole } from "./options.ts";

interface ReportCommandOptions {
  work: string;
  cache: string;
  threads: number;
}

async function run({ work, cache, threads }: ReportCommandOptions): Promise<void> {
  await report(work, { cacheDir: cache, threads, softwareVersion: manifest.version, now: () => new Date() });
  process.stdout.write(
    `${join(work, REPORT_FILES.page)}: one page, to be opened in a browser and printed. It shows radiographs: keep it as patient data are kept.\n` +
      `${join(work, REPORT_FILES.figures)}: the same in figures, without pictures.\n`,
  );
}

export function addReport(program: Command): void {
  program
    .command("report")
    .description(
      "Draws the paper's figures and more, with a model card, as one self-contained page, and its figures as JSON.",
    )
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option("--cache <folder>", "where backbones are kept", ".cache")
    .option("--threads <count>", "threads of the network", whole(1), availableParallelism())
    .action(run);
}
