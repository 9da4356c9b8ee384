import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { auditPackages } from "./audit.ts";
import { billOfMaterials, IMAGES, type ImageName, unlicensed } from "./bill-of-materials.ts";
import { type ImageReference, imagesIn, referenceOf } from "./image-reference.ts";
import { pinnedValues, pinText } from "./pin-images.ts";
import { digestOf, RegistryError } from "./registry.ts";

const root = join(import.meta.dirname, "..", "..");
const say = (line: string) => process.stdout.write(`${line}\n`);
/** Tells at the end that something was not as it should be. */
const fail = () => {
  process.exitCode = 1;
};

const program = new Command("deploy").description("What is shipped, and of what it is made.").exitOverride();

program
  .command("sbom")
  .description(
    "Writes a bill of materials (CycloneDX 1.5) of what of npm is in each image. Ends with 1 where a licence is not among those " +
      "that are allowed. Node and the base image's packages are not in it: ask a scanner of images for these.",
  )
  .option("--to <folder>", "where to", join(root, "sbom"))
  .action(({ to }: { to: string }) => {
    mkdirSync(to, { recursive: true });
    for (const image of Object.keys(IMAGES) as ImageName[]) {
      const bom = billOfMaterials(root, image);
      const file = join(to, `redspot-${image}.cdx.json`);
      writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
      say(`${file}: ${bom.components.length} packages`);
      for (const line of unlicensed(bom)) {
        say(`  licence not allowed: ${line}`);
        fail();
      }
    }
  });

program
  .command("audit")
  .description(
    "Asks the npm registry for high and critical advisories of what is shipped; ends with 1 where there are. A registry that has " +
      "no such service is not asked, which is said and is no failure without --must.",
  )
  .option("--must", "ends with 1 too where the registry could not be asked")
  .action(async ({ must = false }: { must?: boolean }) => {
    const { state, found } = await auditPackages(root);
    if (state === "not asked") say(`npm audit was NOT RUN, and says nothing: ${found}`);
    else say(`npm audit: ${found}`);
    if (state === "vulnerable" || (must && state === "not asked")) fail();
  });

program
  .command("pin-images")
  .description(
    "Asks the registries for the digests of the images of others that the Dockerfile and docker-compose.yml name, and says which " +
      "are not pinned. Ends with 1 where one is not, or is another by now.",
  )
  .option("--write", "writes the digests into these files")
  .option("--registry <registry>", "instead: of Redspot's own images there, as values for the Helm chart")
  .option("--tag <tag>", "with --registry: their tag", "0.1.0")
  .option("--values <file>", "with --registry: where to", "pinned-values.yaml")
  .action(async (options: { write?: boolean; registry?: string; tag: string; values: string }) => {
    if (options.registry !== undefined) return pinOwn(options.registry, options.tag, options.values);
    for (const file of ["Dockerfile", "docker-compose.yml"]) {
      const text = readFileSync(join(root, file), "utf8");
      const digests = await digestsOf(imagesIn(file, text));
      const pinned = pinText(text, digests);
      for (const [reference, digest] of digests) {
        say(`${file}: ${reference.text} is ${digest}${reference.digest === digest ? "" : ", and is not pinned to it"}`);
      }
      if (pinned === text) continue;
      if (options.write) writeFileSync(join(root, file), pinned);
      else fail();
    }
  });

/** Of each image that a registry can be asked about; of the others it is said that none is known. */
async function digestsOf(references: readonly ImageReference[]): Promise<Map<ImageReference, string>> {
  const digests = new Map<ImageReference, string>();
  for (const reference of references) {
    try {
      digests.set(reference, await digestOf(reference));
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      say(`${reference.text}: no digest is known, it stays as it is (${error.message})`);
      fail();
    }
  }
  return digests;
}

async function pinOwn(registry: string, tag: string, file: string): Promise<void> {
  const own = {
    stow: `stow:${tag}`,
    inference: `inference:${tag}`,
    inferenceCuda: `inference:${tag}-gpu`,
    worklist: `worklist:${tag}`,
    admin: `admin:${tag}`,
  };
  const references = Object.entries(own).map(
    ([name, text]) => [name, referenceOf(`${registry}/redspot/${text}`)] as const,
  );
  const digests = await digestsOf(references.map(([, reference]) => reference));
  const found = references.flatMap(([name, reference]) => {
    const digest = digests.get(reference);
    return digest === undefined ? [] : [[name, digest]];
  });
  if (found.length === 0) return;
  writeFileSync(file, pinnedValues(registry, tag, Object.fromEntries(found)));
  say(`${file}: helm upgrade ... --values ${file}`);
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode;
}
