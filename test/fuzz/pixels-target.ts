import { DicomError, readPart10 } from "@redspot/dicom";
import { INPUT_SIZE, PixelError, toModelInput } from "@redspot/pixels";
import { expect, type FuzzTarget, inThisProcess, type Verdict } from "./fuzz-target.ts";
import { part10Inputs } from "./part10-grammar.ts";

/** What a thread of the inference service does with an image that somebody has sent. */
export const pixelsTarget: FuzzTarget = {
  about: "libs/pixels' toModelInput, decoders and all: greys between 0 and 1, or a PixelError",
  inputs: part10Inputs(),
  corpus: ".dcm",
  inProcess: true,
  async open() {
    return inThisProcess(run);
  },
};

async function run(input: Uint8Array): Promise<Verdict> {
  try {
    const { pixels } = await toModelInput(readPart10(input));
    expect(pixels.length === INPUT_SIZE ** 2, "a model input has its size");
    expect(
      // An average of many ones in 32 bits may be a hair above.
      pixels.every((grey) => grey >= 0 && grey <= 1 + 1e-6),
      "greys are between 0 and 1",
    );
    return "accepted";
  } catch (error) {
    if (error instanceof DicomError || error instanceof PixelError) return "refused";
    throw error;
  }
}
