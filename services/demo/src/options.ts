import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";

export interface DemoOptions {
  readonly studies: number;
  readonly seed: number;
  /** End when all is done, instead of staying to be looked at. */
  readonly exit: boolean;
  /** 0 takes a free one. */
  readonly port: number;
  readonly pacsPort: number;
  /** Folder of a model package; that which comes with Redspot where left out. */
  readonly model?: string;
  readonly keepLogs: boolean;
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** Reads the command line; prints help, or what is wrong with it, and ends the process where that is all to be done. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const command = new Command("npm run demo --")
    .description(
      "Starts a PACS, Redis and Redspot on this machine, sends made-up wrist radiographs into the PACS as a\n" +
        "modality would, and shows the reading list before and after. Ctrl-C ends everything.",
    )
    .option("--studies <n>", "how many studies to send", whole(1, 2000), 24)
    .option("--seed <n>", "which studies: the same seed makes the same ones", whole(0, 2 ** 31 - 1), 1)
    .option("--exit", "end when all reports are there, with status 0 if every study went as it must", false)
    .option("--port <n>", "port of the reading list's page (0: any free one)", whole(0, 65535), 8092)
    .option("--pacs-port <n>", "port of the PACS's pages and DICOMweb (0: any free one)", whole(0, 65535), 8093)
    .option("--model <folder>", "another model package than the one that comes with Redspot", (path) => resolve(path))
    .option("--keep-logs", "keep logs and data when all went well, too", false)
    .helpOption("-h, --help", "show this");
  command.parse([...argv], { from: "user" });
  return command.opts<DemoOptions>();
}
