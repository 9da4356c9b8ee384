import { AS_IT_IS, AUGMENTED_COUNT, type Augmentation, augmentationsOf } from "../augment/augmentation.ts";
import { type Case, PARTS, type Split } from "../work-folder.ts";

/** A case and the images of it that features are wanted of: one batch for the engine. */
export interface PlannedCase {
  readonly id: string;
  readonly patient: string;
  readonly augmentations: readonly Augmentation[];
}

/**
 * Which images features are wanted of, in the order of the cases: all eight of a case of the training part, and of every
 * case that was augmented before it was split; of others the image as it is; of those in no part nothing. With
 * `eightOfAll` all eight of every case beside the final set, so that another split of the same cases can be tried. A batch
 * is always one case, so that no number depends on what else is computed beside it.
 */
export function planFeatures(cases: readonly Case[], split: Split, { eightOfAll = false } = {}): PlannedCase[] {
  const counts = new Map<string, number>();
  for (const part of PARTS) {
    for (const member of split.parts[part]) {
      const [id = member, image] = member.split("-");
      const eight = part === "training" || image !== undefined || (eightOfAll && part !== "final");
      counts.set(id, Math.max(counts.get(id) ?? 0, eight ? AUGMENTED_COUNT : 1));
    }
  }
  return cases.flatMap(({ id, patient }) => {
    const count = counts.get(id);
    if (count === undefined) return [];
    return { id, patient, augmentations: count === 1 ? [AS_IT_IS] : augmentationsOf(id, split.seed) };
  });
}
