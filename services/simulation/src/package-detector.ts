import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadModelPackage } from "@redspot/model";
import { outcomeAt } from "@redspot/triage";
import { z } from "zod";
import type { Answer, Detector } from "./detector.ts";
import { SimulationError } from "./simulation-error.ts";

const cases = z.object({ logits: z.array(z.number()), fracture: z.array(z.literal([0, 1])) });

/**
 * A classifier that answers as a model package did on the cases that it was evaluated on: each answer is that about one
 * of those cases, drawn with replacement, by the package's calibration, cut-off and inconclusive band.
 *
 * @throws {ModelError} where the package cannot be loaded
 * @throws {SimulationError} PACKAGE_WITHOUT_SCORES
 */
export async function packageDetector(folder: string): Promise<Detector> {
  const { manifest, calibrate } = await loadModelPackage(folder);
  const { part, scores, auc } = manifest.evaluation;
  const text = await readFile(join(folder, scores.file), "utf8");
  const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
  const evaluated = cases.safeParse(parsed.data?.[part]);
  if (!evaluated.success) {
    throw new SimulationError(
      "PACKAGE_WITHOUT_SCORES",
      `${join(folder, scores.file)} has no cases of the ${part} part`,
    );
  }
  const { logits, fracture } = evaluated.data;
  const answers = logits.map((logit): Answer => {
    const probability = calibrate(logit);
    const { cutOff, inconclusiveBand } = manifest;
    return { probability, outcome: outcomeAt(probability, { cutOff: cutOff.value, inconclusiveBand }) };
  });
  const [without, broken] = [0, 1].map((label) => answers.filter((_, i) => fracture[i] === label));
  if (without!.length === 0 || broken!.length === 0) {
    throw new SimulationError("PACKAGE_WITHOUT_SCORES", `${join(folder, scores.file)} has cases of one class only`);
  }
  const flagged = (among: readonly Answer[]) =>
    among.filter(({ outcome }) => outcome === "fracture").length / among.length;
  return {
    description: `${manifest.name} ${manifest.version} as on the ${answers.length} cases of its ${part} part`,
    sensitivity: flagged(broken!),
    specificity: 1 - flagged(without!),
    auc: auc.value,
    source: (uniform) => (isBroken) => {
      const among = isBroken ? broken! : without!;
      return among[Math.floor(uniform() * among.length)]!;
    },
  };
}
