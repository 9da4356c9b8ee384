import {
  type DeadLetter,
  type DeadLetterFilter,
  DeadLetters,
  isJobFailureCode,
  JOB_FAILURES,
  type JobFailureCode,
  QUEUE_NAMES,
  type QueueName,
} from "@redspot/queue";
import { type Command, InvalidArgumentError } from "commander";
import { AdminError } from "../admin-error.ts";
import { type Environment, storeVariables, withStore } from "../connect.ts";

interface Output {
  json?: boolean;
}

/** `redspot-admin dead-letters`: the jobs that nobody will try again unless told to. */
export function addDeadLetters(program: Command, environment: Environment): void {
  const command = program
    .command("dead-letters")
    .description("What was tried for the last time: what, when, why, and what to do about it.")
    .addHelpText("after", storeVariables);

  const within = <T>(work: (letters: DeadLetters) => Promise<T>) =>
    withStore(environment, async (store) => {
      const letters = new DeadLetters(store);
      try {
        return await work(letters);
      } finally {
        await letters.close();
      }
    });

  filtered(command.command("list"))
    .description("Lists them, the oldest of each queue first.")
    .option("--json", "one JSON object a line, for programs")
    .action((given: DeadLetterFilter & Output) =>
      within(async (letters) => {
        let count = 0;
        for await (const letter of letters.list(given)) {
          count += 1;
          print(given.json ? JSON.stringify(letter) : lineOf(letter));
        }
        if (!given.json) print(count === 0 ? "There are no dead letters." : `${count} dead letter(s).`);
      }),
    );

  command
    .command("show")
    .description("Tells all about one.")
    .argument("<id>", "as `list` prints it")
    .option("--json", "as a JSON object, for programs")
    .action((id: string, { json }: Output) =>
      within(async (letters) => {
        const letter = await letters.find(id);
        if (!letter)
          throw new AdminError("NOT_FOUND", `there is no dead letter ${id}. \`dead-letters list\` lists them.`);
        print(json ? JSON.stringify(letter) : pageOf(letter));
      }),
    );
}

function filtered(command: Command): Command {
  const oneOf =
    <T extends string>(known: (text: string) => boolean, all: readonly string[]) =>
    (text: string) => {
      if (!known(text)) throw new InvalidArgumentError(`One of ${all.join(", ")}.`);
      return text as T;
    };
  return command
    .option(
      "--queue <name>",
      `only those of one queue: ${QUEUE_NAMES.join(", ")}`,
      oneOf<QueueName>((text) => QUEUE_NAMES.includes(text as QueueName), QUEUE_NAMES),
    )
    .option(
      "--code <code>",
      "only those that failed for one reason, such as PACS_REFUSED",
      oneOf<JobFailureCode>(isJobFailureCode, Object.keys(JOB_FAILURES)),
    );
}

function lineOf({ id, at, code, tries }: DeadLetter): string {
  return `${at.toISOString()}  ${code.padEnd(18)} ${String(tries).padStart(3)} tries  ${id}`;
}

function pageOf({ id, queue, studyInstanceUID, revision, at, tries, code, text, advice }: DeadLetter): string {
  return [
    `Dead letter ${id}`,
    `  study     ${studyInstanceUID ?? "not known"}, revision ${revision ?? "not known"}`,
    `  queue     ${queue}`,
    `  given up  ${at.toISOString()}, after ${tries} tries`,
    `  why       ${code}: ${text}`,
    `  to do     ${advice}`,
  ].join("\n");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
