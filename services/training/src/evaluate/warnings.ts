import type { Evaluation } from "./evaluation-file.ts";

const percent = (part: number) => `${Math.round(part * 100)} %`;

/** What stands above all figures: what makes them worth less than they look. */
export function warningsOf(
  { part, fractures, noFractures, shortcuts, subgroups, retest, finalSetUses }: Omit<Evaluation, "warnings">,
  { asPublished, leaks }: { asPublished: boolean; leaks: number },
): string[] {
  const warnings: string[] = [];
  for (const { name, meaning, auc } of shortcuts.filter(({ asGood }) => asGood)) {
    warnings.push(
      `THE DATA LEAK. Without looking at bones, ${name} alone tells fractures with an area of ${auc.value.toFixed(2)} ` +
        `(${auc.low.toFixed(2)} to ${auc.high.toFixed(2)}): ${meaning}. The figures below say nothing until this is mended.`,
    );
  }
  if (asPublished) {
    warnings.push(
      "Augmented before it was split, as published: copies of one radiograph lie on both sides, and every figure is too good.",
    );
  }
  if (leaks > 0) {
    warnings.push(`${leaks} pairs of images in different parts are of one patient or look the same (split.json).`);
  }
  if (part === "testing") {
    warnings.push(
      "Evaluated on the testing part, not on a final set: looking at it again and again makes it look better.",
    );
  }
  if (finalSetUses && finalSetUses.models > 1) {
    warnings.push(
      `The final set has been used for ${finalSetUses.models} models: choosing among them by it makes its figures too good.`,
    );
  }
  if (Math.min(fractures, noFractures) < 50) {
    warnings.push(
      `Only ${fractures} cases with and ${noFractures} without a fracture: mind the intervals, not the figures.`,
    );
  }
  const uncertain = subgroups.filter(({ tooFew }) => tooFew).length;
  if (uncertain > 0) warnings.push(`${uncertain} of ${subgroups.length} subgroups have too few cases to say anything.`);
  for (const { change, answersChanged, n } of retest.filter((one) => one.answersChanged > 0.1 * one.n)) {
    warnings.push(`${percent(answersChanged / n)} of the answers change when an image is ${change}.`);
  }
  return warnings;
}
