import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { auditPackages } from "./audit.ts";
import { billOfMaterials, IMAGES, type ImageName, unlicensed } from "./bill-of-materials.ts";
import { IMAGE_FILES, type ImageReference, imagesIn, referenceOf } from "./image-reference.ts";
import { sayState, stateOf } from "./image-state.ts";
import { pinnedValues, pinText } from "./pin-images.ts";
import { findImage, RegistryError } from "./registry.ts";

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
    "Asks the registries about the images of others that the Dockerfile, docker-compose.yml, the Helm chart and the tests name: " +
      "whether what they are pinned to is there, for which platforms, and whether their tags stand for something newer by now. Ends " +
      "with 1 where one is not pinned to what its tag stands for, or a registry could not be asked.",
  )
  .option("--write", "writes what the tags stand for now into these files")
  .option("--registry <registry>", "instead: of Redspot's own images there, as values for the Helm chart")
  .option("--tag <tag>", "with --registry: their tag", "0.1.0")
  .option("--values <file>", "with --registry: where to", "pinned-values.yaml")
  .action(async (options: { write?: boolean; registry?: string; tag: string; values: string }) => {
    if (options.registry !== undefined) return pinOwn(options.registry, options.tag, options.values);
    for (const file of IMAGE_FILES) {
      const text = readFileSync(join(root, file), "utf8");
      const states = await askedOf(imagesIn(file, text), stateOf);
      for (const [reference, state] of states) say(`${file}: ${sayState(reference, state)}`);
      const pinned = pinText(text, new Map([...states].map(([reference, { digest }]) => [reference, digest])));
      if (pinned === text) continue;
      if (options.write) writeFileSync(join(root, file), pinned);
      else fail();
    }
  });

/** What is known of each image that a registry can be asked about; of the others it is said that nothing is. */
async function askedOf<T>(
  references: readonly ImageReference[],
  ask: (reference: ImageReference) => Promise<T>,
): Promise<Map<ImageReference, T>> {
  const answers = new Map<ImageReference, T>();
  for (const reference of references) {
    try {
      answers.set(reference, await ask(reference));
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      say(`${reference.text} could not be asked about, and stays as it is: ${error.message}`);
      fail();
    }
  }
  return answers;
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
  const images = await askedOf(
    references.map(([, reference]) => reference),
    (reference) => findImage(reference, reference.tag),
  );
  const found = references.flatMap(([name, reference]) => {
    const image = images.get(reference);
    return image === undefined ? [] : [[name, image.digest]];
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
