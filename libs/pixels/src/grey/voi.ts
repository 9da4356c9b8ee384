import { type DataSet, items } from "@redspot/dicom";
import type { Distribution } from "../clean/distribution.ts";
import { PixelError } from "../pixel-error.ts";
import { lookUp, readLut } from "./lut.ts";
import type { Modality } from "./modality.ts";
import { applyWindow, readWindow, type VoiFunction } from "./window.ts";

/** Which VOI transformation was applied. */
export type VoiChoice = "sequence" | VoiFunction | "percentile";

/** A VOI transformation: modality values to greys from 0 to 1, before inversion. */
export interface Voi {
  choice: VoiChoice;
  apply: (value: number) => number;
}

/** The percentile window: all but these shares of the pixels lie within it, so that a few odd pixels do not set it. */
const PERCENTILES = [0.005, 0.995] as const;

/**
 * The VOI transformation (PS3.3 C.11.2): the first item of the VOI LUT Sequence, else the first window, else the
 * percentile window over the sampled values. One that leaves nothing to see of these very pixels, as a default window
 * written for another detector does, is passed over, and so is a table that cannot be read.
 */
export function chooseVoi(dataSet: DataSet, modality: Modality, values: Distribution): Voi {
  const sent = [sequenceVoi(dataSet, modality), windowVoi(dataSet)];
  return sent.find((voi) => voi !== undefined && isSensible(voi, values)) ?? percentileVoi(values);
}

function sequenceVoi(dataSet: DataSet, modality: Modality): Voi | undefined {
  const [item] = items(dataSet, "VOILUTSequence");
  if (!item) return undefined;
  try {
    const lut = readLut(item, modality.signed);
    return { choice: "sequence", apply: (value) => lookUp(lut, value) / lut.most };
  } catch (error) {
    if (error instanceof PixelError) return undefined;
    throw error;
  }
}

function windowVoi(dataSet: DataSet): Voi | undefined {
  const window = readWindow(dataSet);
  return window && { choice: window.function, apply: applyWindow(window) };
}

function percentileVoi(values: Distribution): Voi {
  // Where everything is shuttered or padding there are no values, and any window will do.
  const low = values.percentile(PERCENTILES[0]) || 0;
  const high = values.percentile(PERCENTILES[1]) || 0;
  // A uniform image has no width.
  const width = high - low || 1;
  return { choice: "percentile", apply: applyWindow({ center: low + width / 2, width, function: "linear exact" }) };
}

/**
 * Whether the transformation shows what is in the pixels: at least one in a hundred comes out neither black nor white,
 * and the percentiles come out a tenth of the range apart. A uniform image is shown by none, and by all equally well.
 */
function isSensible({ apply }: Voi, values: Distribution): boolean {
  const low = values.percentile(PERCENTILES[0]);
  const high = values.percentile(PERCENTILES[1]);
  if (!(low < high)) return true;
  if (Math.abs(apply(high) - apply(low)) < 0.1) return false;
  let between = 0;
  for (let share = 0.0025; share < 1; share += 0.005) {
    const grey = apply(values.percentile(share));
    if (grey > 0.01 && grey < 0.99) between++;
  }
  return between >= 2;
}
