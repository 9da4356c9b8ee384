import { type DataSet, dataSetOf, isUid, tagOf, text } from "@redspot/dicom";
import type { InstanceReference } from "./content-item.ts";
import { SrError } from "./sr-error.ts";

/** An instance of the study that the report is about. */
export interface SourceInstance extends InstanceReference {
  readonly seriesInstanceUID: string;
  /** Whether it is an image, which content items refer to as IMAGE, or something else, which is COMPOSITE. */
  readonly isImage: boolean;
}

/**
 * The instances that the headers belong to, in one order whatever the order they came in. Throws NO_SOURCE without any,
 * and FOREIGN_SOURCE for one that is of another study or that cannot be referred to.
 */
export function sourceInstances(headers: readonly DataSet[], studyInstanceUID: string): SourceInstance[] {
  if (headers.length === 0) {
    throw new SrError("NO_SOURCE", `no instance of study ${studyInstanceUID} is at hand to report on`);
  }
  const instances = headers.map((header) => {
    const sopInstanceUID = text(header, "SOPInstanceUID") ?? "";
    const sopClassUID = text(header, "SOPClassUID") ?? "";
    const seriesInstanceUID = text(header, "SeriesInstanceUID") ?? "";
    if (text(header, "StudyInstanceUID") !== studyInstanceUID) {
      throw new SrError("FOREIGN_SOURCE", `instance ${sopInstanceUID} is not of study ${studyInstanceUID}`);
    }
    if (![sopInstanceUID, sopClassUID, seriesInstanceUID].every(isUid)) {
      throw new SrError("FOREIGN_SOURCE", `an instance of study ${studyInstanceUID} lacks a UID to refer to it by`);
    }
    return { sopClassUID, sopInstanceUID, seriesInstanceUID, isImage: tagOf("Rows") in header };
  });
  const key = (one: SourceInstance) => `${one.seriesInstanceUID} ${one.sopInstanceUID}`;
  const unique = new Map(instances.map((one) => [key(one), one]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The items of an evidence sequence: every instance, by study and series (Hierarchical SOP Instance Reference, PS3.3 C.17.2.1). */
export function evidenceOf(studyInstanceUID: string, instances: readonly SourceInstance[]): DataSet[] {
  const bySeries = Map.groupBy(instances, (instance) => instance.seriesInstanceUID);
  const series = [...bySeries].map(([seriesInstanceUID, members]) =>
    dataSetOf({
      SeriesInstanceUID: seriesInstanceUID,
      ReferencedSOPSequence: members.map(({ sopClassUID, sopInstanceUID }) =>
        dataSetOf({ ReferencedSOPClassUID: sopClassUID, ReferencedSOPInstanceUID: sopInstanceUID }),
      ),
    }),
  );
  return [dataSetOf({ StudyInstanceUID: studyInstanceUID, ReferencedSeriesSequence: series })];
}
