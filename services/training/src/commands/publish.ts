import { readFile } from "node:fs/promises";
import { loadModelPackage, type ModelPackage, readPublicKeys } from "@redspot/model";
import { type Command, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { publish } from "../publish/publish.ts";
import { CLINICAL_REQUIREMENTS, MEASURE_NAMES, parseRequirement, type Requirements } from "../publish/requirements.ts";
import { readSigningKey, writeSigningKeys } from "../publish/signing-keys.ts";
import { figure } from "../report/words.ts";
import { DEFAULT_WORK } from "./options.ts";

interface PublishCommandOptions {
  work: string;
  out: string;
  name: string;
  packageVersion: string;
  use: "demonstration" | "clinical";
  statement?: string;
  require: Requirements;
  key?: string;
  cache: string;
}

async function run(given: PublishCommandOptions): Promise<void> {
  const {
    work,
    out,
    name,
    packageVersion: version,
    use: intendedUse,
    statement,
    require: required,
    key,
    cache,
  } = given;
  const signingKey = key === undefined ? undefined : await readSigningKey(key);
  const made = await publish(work, {
    out,
    name,
    version,
    intendedUse,
    statement,
    required,
    signingKey,
    cacheDir: cache,
    softwareVersion: manifest.version,
    command: "redspot-train publish",
  });
  process.stdout.write(`${describe(made)}${out}: ${signingKey ? "signed" : "not signed"}\n`);
}

/** A package in a few lines. */
export function describe({ manifest: { evaluation, ...about }, packageHash }: Omit<ModelPackage, "calibrate">): string {
  const { auc, sensitivity, specificity, inconclusive, fractures, noFractures } = evaluation;
  return `
${about.name} ${about.version}, ${about.intendedUse}, package ${packageHash}
On ${fractures} cases with and ${noFractures} without a fracture, ${evaluation.part} part (95 % intervals):
  area under the ROC curve  ${figure(auc, 3)}
  sensitivity               ${figure(sensitivity, 3)}   at probability ${about.cutOff.value.toFixed(3)}
  specificity               ${figure(specificity, 3)}
  inconclusive              ${figure(inconclusive, 3)}
${about.statement}
`;
}

async function verify(folder: string, { publicKey }: { publicKey: string }): Promise<void> {
  const trustedKeys = readPublicKeys(await readFile(publicKey, "utf8"));
  const loaded = await loadModelPackage(folder, { trustedKeys });
  process.stdout.write(`${describe(loaded)}Every file is the one that was signed, by the key ${loaded.signedBy}.\n`);
}

/** Adds `publish`, `keys` and `verify`. */
export function addPublish(program: Command): void {
  const usual = Object.entries(CLINICAL_REQUIREMENTS).map(([measure, least]) => `${measure}=${least}`);
  program
    .command("publish")
    .description(
      "Makes the model package that the inference service loads. For clinical use it needs an evaluation on a final set, a " +
        `signature, data that do not leak, and what your site requires (where it requires nothing else: ${usual.join(" ")}).`,
    )
    .requiredOption("--out <folder>", "folder of the package")
    .requiredOption("--name <name>", "lower case letters, digits and hyphens")
    .requiredOption("--package-version <version>", "three numbers with dots between them, such as 1.0.0")
    .addOption(
      new Option("--use <use>", "what it is for").choices(["demonstration", "clinical"]).default("demonstration"),
    )
    .option("--statement <sentence>", "what it is for, in your words")
    .option(
      "--require <measure=least...>",
      `the least that the evaluation must reach: ${MEASURE_NAMES.join(", ")}; of a proportion the lower end of its interval`,
      (text: string, before: Requirements) => ({ ...before, ...parseRequirement(text) }),
      {},
    )
    .option("--key <file>", "private key to sign with (redspot-train keys)")
    .option("--work <folder>", "the work folder", DEFAULT_WORK)
    .option("--cache <folder>", "where the backbone is kept", ".cache")
    .action(run);
  program
    .command("keys")
    .description(
      "Makes a pair of Ed25519 keys: <name>.pem signs packages and stays secret, <name>.pub.pem verifies them.",
    )
    .argument("<name>", "path without an ending")
    .action(async (name: string) => {
      const fingerprint = await writeSigningKeys(name);
      process.stdout.write(
        `${name}.pem      private: keep it where few can read it, and with a copy\n` +
          `${name}.pub.pem  public: give it to the inference service, REDSPOT_MODEL_PUBLIC_KEY_FILE=${name}.pub.pem\n` +
          `Key ${fingerprint}\n`,
      );
    });
  program
    .command("verify")
    .description("Holds a model package to its hashes and to its signature.")
    .argument("<package>", "folder of the package")
    .requiredOption("--public-key <file>", "public key that must have signed it")
    .action(verify);
}
