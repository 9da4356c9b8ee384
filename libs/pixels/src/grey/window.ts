import { type DataSet, numbers, text } from "@redspot/dicom";

/** The VOI LUT Function (0028,1056): how Window Center and Window Width are meant (PS3.3 C.11.2.1.2, C.11.2.1.3). */
export type VoiFunction = "linear" | "linear exact" | "sigmoid";

export interface Window {
  center: number;
  width: number;
  function: VoiFunction;
}

/**
 * The first window that the data set has and that its function allows: a width of at least 1 for LINEAR, above 0 for
 * the others (PS3.3 C.11.2.1.2.1, C.11.2.1.3). Several windows are alternatives (C.11.2.1.2), the first the sender's
 * own choice.
 */
export function readWindow(dataSet: DataSet): Window | undefined {
  const named = text(dataSet, "VOILUTFunction");
  const voiFunction = named === "LINEAR_EXACT" ? "linear exact" : named === "SIGMOID" ? "sigmoid" : "linear";
  const centers = numbers(dataSet, "WindowCenter");
  const widths = numbers(dataSet, "WindowWidth");
  for (let index = 0; index < Math.min(centers.length, widths.length); index++) {
    const width = widths[index]!;
    if (width > 0 && (width >= 1 || voiFunction !== "linear")) {
      return { center: centers[index]!, width, function: voiFunction };
    }
  }
  return undefined;
}

/**
 * The window's output for a value, from 0 to 1, by the formulas of PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2.
 */
export function applyWindow({ center: c, width: w, function: voiFunction }: Window): (value: number) => number {
  if (voiFunction === "sigmoid") return (x) => 1 / (1 + Math.exp((-4 * (x - c)) / w));
  if (voiFunction === "linear exact") {
    return (x) => (x <= c - w / 2 ? 0 : x > c + w / 2 ? 1 : (x - c) / w + 0.5);
  }
  return (x) => (x <= c - 0.5 - (w - 1) / 2 ? 0 : x > c - 0.5 + (w - 1) / 2 ? 1 : (x - (c - 0.5)) / (w - 1) + 0.5);
}
