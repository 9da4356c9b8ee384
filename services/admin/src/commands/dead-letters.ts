import { setTimeout as passes } from "node:timers/promises";
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
import { progressOn } from "@redspot/runtime";
import { type Command, InvalidArgumentError } from "commander";
import { AdminError } from "../admin-error.ts";
import { type Environment, storeVariables, withStore } from "../connect.ts";
import { operator, record } from "../record.ts";

interface Output {
  json?: boolean;
}

/** `redspot-admin dead-letters`: the jobs that nobody will try again unless told to. */
export function addDeadLetters(program: Command, environment: Environment): void {
  const command = program
    .command("dead-letters")
    .description("What was tried for the last time: what, when, why, and what to do about it.")
    .addHelpText("after", storeVariables);

  const within = <T>(
    work: (letters: DeadLetters, audit: (deed: string, count: number) => Promise<void>) => Promise<T>,
  ) =>
    withStore(environment, async (store) => {
      const letters = new DeadLetters(store);
      const audit = (deed: string, count: number) =>
        record(environment, store, {
          kind: "administration",
          by: operator(),
          command: `dead-letters ${deed}`,
          count,
        });
      try {
        return await work(letters, audit);
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
        if (!letter) throw noSuchLetter(id);
        print(json ? JSON.stringify(letter) : pageOf(letter));
      }),
    );

  addDeed(
    command,
    {
      name: "retry",
      description:
        "Tries one again, or all of them after an outage. A study that was given up is judged anew, as a new revision " +
        "with a report of its own.",
      done: "Tried again",
    },
    (letter) => (letters) => letters.retry(letter),
    within,
  );
  addDeed(
    command,
    {
      name: "discard",
      description: "Forgets one, or all. The study stays on the reading list, with what was said when it was given up.",
      done: "Discarded",
    },
    (letter) => (letters) => letters.discard(letter),
    within,
  );
}

/** Adds `retry` and `discard`: one, or all that a filter lets through, so many a second. */
function addDeed(
  command: Command,
  { name, description, done }: { name: string; description: string; done: string },
  deed: (letter: DeadLetter) => (letters: DeadLetters) => Promise<boolean>,
  within: <T>(
    work: (letters: DeadLetters, audit: (deed: string, count: number) => Promise<void>) => Promise<T>,
  ) => Promise<T>,
): void {
  filtered(command.command(name))
    .description(description)
    .argument("[id]", "one, as `list` prints it")
    .option("--all", "all that the filters let through", false)
    .option("--rate <count>", "so many a second, so that what was away is not overrun as it comes back", whole, 10)
    .action((id: string | undefined, given: DeadLetterFilter & { all: boolean; rate: number }) =>
      within(async (letters, audit) => {
        if ((id === undefined) !== given.all) {
          throw new InvalidArgumentError("Name one dead letter, or say --all, with filters or without.");
        }
        if (id !== undefined) {
          const letter = await letters.find(id);
          if (!letter || !(await deed(letter)(letters))) throw noSuchLetter(id);
          await audit(name, 1);
          print(`${done}: ${id}`);
          return;
        }
        // Listed first: what is tried again and fails at once would be listed, and tried, for ever.
        const chosen = await Array.fromAsync(letters.list(given));
        const progress = progressOn(process.stderr);
        let count = 0;
        for (const [index, letter] of chosen.entries()) {
          if (await deed(letter)(letters)) count += 1;
          progress.show(done, index + 1, chosen.length);
          if (index + 1 < chosen.length) await passes(1000 / given.rate);
        }
        progress.end();
        if (count > 0) await audit(name, count);
        print(`${done}: ${count} of ${chosen.length}`);
      }),
    );
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw new InvalidArgumentError("A whole number from 1 to 1000.");
  return value;
}

function noSuchLetter(id: string): AdminError {
  return new AdminError("NOT_FOUND", `there is no dead letter ${id}. \`dead-letters list\` lists them.`);
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
