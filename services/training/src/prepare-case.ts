/** Runs in the threads of a pool: a phantom is made and preprocessed as an instance from a PACS would be. */
import { readPart10 } from "@redspot/dicom";
import { type FractureTruth, makeStudy } from "@redspot/phantom";
import { toModelInput } from "@redspot/pixels";
import type { CasePlan } from "./case-plan.ts";

export interface PreparedCase {
  /** 299 x 299 greys, 0 to 1. */
  pixels: Float32Array;
  fracture: false | FractureTruth;
}

export default async function prepareCase(plan: CasePlan): Promise<PreparedCase> {
  const { part: _, ...options } = plan;
  const instance = makeStudy(options).instances[0];
  if (!instance?.truth.eligible) throw new Error(`The phantom of seed ${plan.seed} is not an eligible lateral wrist`);
  const { pixels } = await toModelInput(readPart10(instance.bytes));
  return { pixels, fracture: instance.truth.fracture };
}
