import { progressOn } from "@redspot/runtime";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { readStruck } from "../collect/struck.ts";
import {
  crossesParts,
  findLeaks,
  findNearDuplicates,
  NEAR_DUPLICATE_BITS,
  type NearDuplicate,
} from "../split/find-leaks.ts";
import { hashCases } from "../split/hash-cases.ts";
import { splitCases } from "../split/split-cases.ts";
import { TrainingError } from "../training-error.ts";
import {
  type Case,
  FILES,
  type LeakFinding,
  PARTS,
  readCases,
  readSplit,
  type Split,
  writeWorkFile,
} from "../work-folder.ts";
import { DEFAULT_WORK, whole } from "./options.ts";

interface SplitCommandOptions {
  work: string;
  seed: number;
  ratios: Split["ratios"];
  final: number;
  asPublished: boolean;
  nearDuplicateBits: number;
  check: boolean;
}

async function split(options: SplitCommandOptions): Promise<void> {
  const { work } = options;
  const struck = await readStruck(work);
  const cases = (await readCases(work)).cases.filter(({ id }) => !struck.has(id));
  const progress = progressOn(process.stderr);
  const hashes = await hashCases(work, cases, (done) => progress.show("Looking for duplicates", done, cases.length));
  progress.end();
  const nearDuplicates = findNearDuplicates(cases, hashes, options.nearDuplicateBits);
  demandFewDuplicates(cases, nearDuplicates, options.nearDuplicateBits);
  const made = options.check ? await readSplit(work) : await makeSplit(cases, nearDuplicates, options);
  demandKnownMembers(made, new Set([...cases.map(({ id }) => id), ...struck]));
  const findings = findLeaks(cases, made.parts, nearDuplicates);
  await writeWorkFile(work, FILES.split, { ...made, findings } satisfies Split);
  process.stdout.write(describe(cases, { ...made, findings }, struck.size));
  if (!made.asPublished && findings.some(crossesParts)) {
    throw new TrainingError(
      "SPLIT_LEAKS",
      `${findings.filter(crossesParts).length} findings above tell of one patient or one image on both sides of the split: figures from it would be too good. Run redspot-train split to make it anew.`,
    );
  }
}

/** Cases that look like another patient's, as a share of all, beyond which they cannot be a few copies. */
const MOST_DUPLICATES = 0.1;

/** Patients of near duplicates are kept together, so many of them would leave nothing to split. */
function demandFewDuplicates(cases: readonly Case[], pairs: readonly NearDuplicate[], bits: number): void {
  const alike = new Set(pairs.flatMap(({ a, b }) => [a.id, b.id]));
  if (alike.size <= MOST_DUPLICATES * cases.length) return;
  const [{ a, b }] = pairs as [NearDuplicate];
  throw new TrainingError(
    "MANY_NEAR_DUPLICATES",
    `${alike.size} of ${cases.length} cases look like another patient's (at most ${bits} of 256 bits differ). Look at two of them on the contact sheet, ${a.id} and ${b.id}: if they are copies, the collection holds patients twice; if they are not, ask for closer likeness with --near-duplicate-bits ${Math.floor(bits / 2)}.`,
  );
}

function demandKnownMembers({ parts, leftOut }: Split, known: ReadonlySet<string>): void {
  const unknown = [...PARTS.flatMap((part) => parts[part]), ...leftOut].find((one) => !known.has(one.split("-")[0]!));
  if (unknown === undefined) return;
  throw new TrainingError(
    "WORK_FILE_INVALID",
    `${FILES.split} names ${unknown}, which is no case of ${FILES.cases}: run redspot-train split without --check.`,
  );
}

async function makeSplit(
  cases: readonly Case[],
  nearDuplicates: readonly NearDuplicate[],
  { work, seed, ratios, final, asPublished }: SplitCommandOptions,
): Promise<Split> {
  const parts = splitCases(cases, { seed, ratios, finalEach: final, nearDuplicates, asPublished });
  return {
    format: "redspot-split/1",
    seed,
    ratios,
    asPublished,
    ...parts,
    findings: [],
    finalUses: await earlierUses(work, parts.parts.final),
  };
}

/** A final set that was looked at stays looked at, however often the rest is split anew. */
async function earlierUses(work: string, final: readonly string[]): Promise<Split["finalUses"]> {
  const earlier = await readSplit(work).catch((error: unknown) => {
    if (error instanceof TrainingError && error.code === "WORK_FILE_MISSING") return undefined;
    throw error;
  });
  return earlier?.parts.final.some((id) => final.includes(id)) ? earlier.finalUses : [];
}

function describe(cases: readonly Case[], { parts, leftOut, findings, asPublished }: Split, struck: number): string {
  const labels = new Map(cases.map(({ id, label }) => [id, label]));
  const lines = PARTS.map((part) => {
    const own = parts[part].map((member) => labels.get(member.split("-")[0]!));
    const fractures = own.filter((label) => label === "fracture").length;
    return `  ${part.padEnd(10)} ${fractures} with and ${own.length - fractures} without a fracture`;
  });
  return `${[
    asPublished ? "Augmented images, split as published (copies of one radiograph are in several parts):" : "Cases:",
    ...lines,
    ...(struck > 0 ? [`  struck     ${struck}`] : []),
    ...(leftOut.length > 0 ? [`  left out   ${leftOut.length}, other images of the final set's patients`] : []),
    ...(asPublished
      ? [`${findings.filter(crossesParts).length} patients and images lie on both sides.`]
      : findings.map(tell)),
  ].join("\n")}\n`;
}

function tell({ kind, a, b, parts: [first, second], distance }: LeakFinding): string {
  const where = first === second ? `both in ${first}` : `one in ${first}, one in ${second}`;
  return kind === "patient"
    ? `LEAK: cases ${a} and ${b} are of one patient, ${where}.`
    : `${first === second ? "Look at" : "LEAK:"} cases ${a} and ${b}, of two patients, which look the same (${distance} of 256 bits differ): ${where}.`;
}

function ratios(text: string): Split["ratios"] {
  const shares = text.split(":").map(Number);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.length !== 3 || !shares.every((share) => share > 0)) {
    throw new InvalidArgumentError("Three shares above 0, such as 80:10:10.");
  }
  const [training, validation, testing] = shares.map((share) => share / sum) as [number, number, number];
  return { training, validation, testing };
}

export function addSplit(program: Command): void {
  program
    .command("split")
    .description(
      "Splits the cases by patient into training, validation and testing, each class in the same ratios, and keeps the " +
        "latest of either class apart as the final set. Looks for one patient, and for one image, on both sides.",
    )
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option("--ratios <a:b:c>", "shares of training, validation and testing", ratios, ratios("80:10:10"))
    .option("--final <count>", "cases of either class in the final set, one a patient", whole(0), 50)
    .option("--seed <number>", "seed of the split and of the augmentation", whole(0), 1)
    .option("--as-published", "augment first and split then, as the paper did: copies leak from part to part", false)
    .option(
      "--near-duplicate-bits <count>",
      "bits of 256 up to which two images count as one",
      whole(0),
      NEAR_DUPLICATE_BITS,
    )
    .option("--check", "make no split: look for leaks in the one that is there", false)
    .action(split);
}
