import { type DataSet, text } from "@redspot/dicom";
import { allMatches, type DicomWebClient, type SearchParameters } from "@redspot/dicomweb";
import {
  isOwnReport,
  isRadiograph,
  isRadiographs,
  mayHoldReport,
  partOf,
  reportAmong,
  type Standing,
} from "./standing.ts";

/** Puts one question to the PACS: at a polite rate, with patience, as whoever asks sees fit. */
export type Ask = <T>(question: () => Promise<T>) => Promise<T>;

interface PacsStudiesOptions {
  client: Pick<DicomWebClient, "searchForStudies" | "searchForSeries" | "searchForInstances">;
  /** Modalities (0008,0060) under which radiographs are kept: CR and DX, and what else a site has. */
  modalities: readonly string[];
  ask?: Ask;
  /** Finds the instances of a study; a question for each unless given. */
  instancesOf?: (studyInstanceUID: string) => Promise<DataSet[]>;
}

/** An image to be retrieved. */
export interface ImageInPacs {
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string;
}

/** What tells the body part and the maker, beside what a server gives unasked (PS3.18 Table 10.6.3-4). */
const OF_A_SERIES: SearchParameters = {
  includefield: [
    "BodyPartExamined",
    "SeriesDescription",
    "ProtocolName",
    "PerformedProcedureStepDescription",
    "Manufacturer",
    // A server may tell of a study what its first instance said, be it a report.
    "StudyDescription",
  ].join(","),
};

/**
 * What a PACS tells of its studies by QIDO-RS (PS3.18 10.6). Only what servers have in common is asked: studies by day
 * and modality, the series of a study, the instances of a study. Body Part Examined is read, never searched by: of
 * the servers that take it as a key for studies some find nothing by it.
 */
export class PacsStudies {
  readonly #client: PacsStudiesOptions["client"];
  readonly #modalities: ReadonlySet<string>;
  readonly #ask: Ask;
  readonly #instancesOf: (studyInstanceUID: string) => Promise<DataSet[]>;

  constructor({
    client,
    modalities,
    ask = (question) => question(),
    // Without pages, as for series: a radiographic study has a handful of each, and a page more would be a question more.
    instancesOf = (studyInstanceUID) => ask(() => client.searchForInstances({}, { studyInstanceUID })),
  }: PacsStudiesOptions) {
    this.#client = client;
    this.#modalities = new Set(modalities);
    this.#ask = ask;
    this.#instancesOf = instancesOf;
  }

  /** The studies of one day, YYYYMMDD, that have radiographs: each once, whatever its modalities. */
  async studiesOf(day: string): Promise<DataSet[]> {
    const found = new Map<string, DataSet>();
    for (const modality of this.#modalities) {
      const matches = await allMatches(
        (page) =>
          this.#ask(() =>
            this.#client.searchForStudies({
              StudyDate: day,
              ModalitiesInStudy: modality,
              includefield: "StudyDescription",
              ...page,
            }),
          ),
        { by: "StudyInstanceUID" },
      );
      for (const study of matches) found.set(text(study, "StudyInstanceUID")!, study);
    }
    return [...found.values()];
  }

  /** How a study, as a search gave it, stands: one question for each, a second where there may be a report. */
  async standingOf(study: DataSet): Promise<Standing> {
    const studyInstanceUID = text(study, "StudyInstanceUID")!;
    const series = await this.#seriesOf(studyInstanceUID);
    const part = partOf(study, series, this.#modalities);
    if (part !== "unreported" && part !== "part-unknown") return part;
    if (series.some(isOwnReport)) return "reported-by-redspot";
    const report = series.some(mayHoldReport) ? reportAmong(await this.#instancesOf(studyInstanceUID)) : undefined;
    if (report === "reported") return "reported";
    return part === "unreported" ? (report ?? part) : part;
  }

  /**
   * What there is to analyse in a study at this moment, and whether it has a report by now. The images of
   * another body part, should there be any, are for the analysis to pass over.
   */
  async imagesOf(
    studyInstanceUID: string,
  ): Promise<{ images: ImageInPacs[]; report: "reported" | "document-only" | undefined }> {
    const instances = await this.#instancesOf(studyInstanceUID);
    const images = instances.flatMap((instance): ImageInPacs[] => {
      const seriesInstanceUID = text(instance, "SeriesInstanceUID");
      const sopInstanceUID = text(instance, "SOPInstanceUID");
      const sopClassUID = text(instance, "SOPClassUID") ?? "";
      const isWanted = isRadiographs(instance, this.#modalities) || isRadiograph(sopClassUID);
      if (seriesInstanceUID === undefined || sopInstanceUID === undefined || !isWanted) return [];
      return [{ studyInstanceUID, seriesInstanceUID, sopInstanceUID, sopClassUID }];
    });
    return { images, report: reportAmong(instances) };
  }

  #seriesOf(studyInstanceUID: string): Promise<DataSet[]> {
    return this.#ask(() => this.#client.searchForSeries(studyInstanceUID, OF_A_SERIES));
  }
}
