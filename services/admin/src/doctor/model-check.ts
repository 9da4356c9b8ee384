import { type Check, fine, wrong } from "./check.ts";

/** What the inference service says of the model that it would run. */
export interface ModelTrial {
  isFine: boolean;
  found: string;
}

/** The model package is whole and signed as it has to be, and the engine scores an image. */
export function modelCheck(tryModel: () => Promise<ModelTrial>): Check {
  return {
    about: "the model package is whole, and the engine scores an image",
    async look() {
      const { isFine, found } = await tryModel();
      if (isFine) return fine(found);
      return wrong(
        found,
        "See REDSPOT_MODEL_PACKAGE, REDSPOT_MODE, REDSPOT_ENGINE and REDSPOT_DEVICE of the inference service.",
      );
    },
  };
}
