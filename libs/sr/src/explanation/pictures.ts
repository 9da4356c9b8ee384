import { type DataSet, deriveUid, text } from "@redspot/dicom";
import { type Finding, outcomeAt } from "@redspot/triage";
import type { SourceInstance } from "../evidence.ts";
import { LANGUAGES } from "../languages/languages.ts";
import { deviceOf, isDemonstration } from "../model-device.ts";
import type { ReportRequest } from "../report.ts";
import { DEFAULT_OPTIONS } from "../report-options.ts";
import { drawPicture, type GreyImage } from "./draw-picture.ts";
import { SECONDARY_CAPTURE, secondaryCapture } from "./secondary-capture.ts";

/** A picture as a report refers to it, with the SOP Instance UID of the image that it is of. */
export interface PictureReference extends SourceInstance {
  readonly of: string;
}

export interface Picture extends PictureReference {
  readonly dataSet: DataSet;
}

/** The pictures that a finding asks for: of each image that shows a fracture, or may. */
export function picturesOf({ studyInstanceUID, outcome, instances, model }: Finding): PictureReference[] {
  if (outcome === "not-analysed") return [];
  return instances
    .filter((instance) => instance.analysed && outcomeAt(instance.probability, model) !== "no-fracture")
    .map(({ sopInstanceUID }) => ({
      of: sopInstanceUID,
      sopClassUID: SECONDARY_CAPTURE,
      // The same image seen by the same model is the same picture, in any revision of the study.
      sopInstanceUID: deriveUid("picture", studyInstanceUID, sopInstanceUID, model.packageHash),
      seriesInstanceUID: deriveUid("picture series", studyInstanceUID, model.packageHash),
      isImage: true,
    }));
}

/**
 * The class activation map over one image, as a secondary capture. Undefined where the finding does not ask for it or
 * the image's header is not among the sources.
 */
export function buildPicture(
  reference: PictureReference,
  seen: GreyImage,
  { finding, sources, device, now, utcOffset = "+0000", options }: ReportRequest,
): Picture | undefined {
  const { model } = finding;
  const index = finding.instances.findIndex(({ sopInstanceUID }) => sopInstanceUID === reference.of);
  const instance = finding.instances[index];
  const source = sources.find((header) => text(header, "SOPInstanceUID") === reference.of);
  if (!instance?.analysed || source === undefined) return undefined;
  const language = LANGUAGES[options?.language ?? DEFAULT_OPTIONS.language];
  const demonstration = isDemonstration(model);
  const figures = language.pictureFigures(language.percent(instance.probability), language.percent(model.cutOff));
  const picture = drawPicture(seen, instance, {
    above: [language.pictureTitle, ...(demonstration ? [language.demonstrationMark] : [])],
    below: [figures, `${model.name} ${model.version}`],
  });
  const { sopInstanceUID, seriesInstanceUID } = reference;
  return {
    ...reference,
    dataSet: secondaryCapture({
      sopInstanceUID,
      seriesInstanceUID,
      seriesDescription: demonstration ? language.series.demonstrationPicture : language.series.picture,
      instanceNumber: index + 1,
      picture,
      derivation: `${demonstration ? `${language.demonstrationMark}. ` : ""}${language.explanation}`,
      source,
      reference: instance,
      ...(instance.laterality === undefined ? {} : { laterality: instance.laterality }),
      device: deviceOf(finding, device),
      createdAt: now,
      utcOffset,
    }),
  };
}
