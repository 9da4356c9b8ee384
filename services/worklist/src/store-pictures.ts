import { writePart10 } from "@redspot/dicom";
import { buildPicture, type GreyImage, type PictureReference, picturesOf, type ReportRequest } from "@redspot/sr";
import type { Pacs } from "./pacs.ts";
import { asReportFailure } from "./report-failure.ts";

export interface PictureDependencies {
  pacs: Pick<Pacs, "store" | "holds">;
  /** What the network saw of an instance; undefined where it is no longer there. */
  readPreview: (studyInstanceUID: string, sopInstanceUID: string) => Promise<GreyImage | undefined>;
}

/**
 * Brings the pictures that a finding asks for into the PACS, those that it does not hold yet, and answers with those that
 * it then has, for the report to refer to. A picture that cannot be made or that the PACS refuses for good is left out:
 * no report stays away for want of its explanation. What may pass is thrown, and tried again with the report.
 */
export async function storePictures(
  request: ReportRequest,
  { pacs, readPreview }: PictureDependencies,
): Promise<PictureReference[]> {
  const { studyInstanceUID } = request.finding;
  const inPacs: PictureReference[] = [];
  for (const reference of picturesOf(request.finding)) {
    if (await pacs.holds(studyInstanceUID, reference.sopInstanceUID)) {
      inPacs.push(reference);
      continue;
    }
    const seen = await readPreview(studyInstanceUID, reference.of);
    const picture = seen && buildPicture(reference, seen, request);
    if (!picture) continue;
    try {
      await pacs.store(studyInstanceUID, reference.sopInstanceUID, writePart10(picture.dataSet));
      inPacs.push(reference);
    } catch (error) {
      if (asReportFailure(error).code !== "PACS_REFUSED") throw error;
    }
  }
  return inPacs;
}
