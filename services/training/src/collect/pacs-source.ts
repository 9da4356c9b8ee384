import { setTimeout as wait } from "node:timers/promises";
import { type DataSet, text } from "@redspot/dicom";
import { allMatches, type DicomWebClient, DicomWebError } from "@redspot/dicomweb";
import { TrainingError } from "../training-error.ts";
import type { Excluded } from "../work-folder.ts";
import { excluded } from "./exclusion.ts";
import { acquisitionOf } from "./folder-source.ts";
import type { LabelFile, LabelRow } from "./label-file.ts";
import type { Offer, SourceImage } from "./source.ts";

export interface PacsOptions {
  readonly client: DicomWebClient;
  readonly labels: LabelFile;
  readonly onProgress?: (done: number, of: number) => void;
  /** Waits between one attempt and the next; milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** Storage SOP Classes of radiographs (PS3.4 B.5): of others nothing is fetched. */
const RADIOGRAPHS = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.1(\.1)?$/;

/**
 * What a PACS has of the studies in a label file, by QIDO-RS (PS3.18 10.6); the images are fetched by WADO-RS (10.4) when
 * they are read. One question at a time, and patience where the PACS has none.
 *
 * @throws {TrainingError} PACS_UNREACHABLE, PACS_REFUSED
 */
export async function offerOfPacs({ client, labels, onProgress, pause = wait }: PacsOptions): Promise<Offer> {
  const images: SourceImage[] = [];
  const left: Excluded[] = [...labels.excluded];
  for (const [at, row] of labels.rows.entries()) {
    const ask: Ask = (call) => patiently(row.row, call, pause);
    const studies = row.kind === "file" ? [] : await ask(() => searchStudies(client, row));
    if (!studies || studies.length === 0) left.push(excluded(row.row, "NOT_FOUND"));
    for (const study of studies ?? []) {
      const instances = (await ask(() => searchInstances(client, study))) ?? [];
      for (const instance of instances) {
        if (!RADIOGRAPHS.test(text(instance, "SOPClassUID") ?? "")) {
          left.push(excluded(row.row, "NOT_A_RADIOGRAPH"));
        } else {
          images.push(imageOf(client, ask, { row, study, instance, place: images.length }));
        }
      }
    }
    onProgress?.(at + 1, labels.rows.length);
  }
  return { images, excluded: left, rows: labels.count, source: "a PACS and a label file" };
}

/** Asks a PACS; undefined where it has no such thing. */
type Ask = <T>(call: () => Promise<T>) => Promise<T | undefined>;

/** Only what has the very number: a server may take a "*" or "?" in it for more than itself (PS3.4 C.2.2.2.4). */
async function searchStudies(client: DicomWebClient, { kind, key }: LabelRow): Promise<DataSet[]> {
  const by = kind === "study" ? "StudyInstanceUID" : "AccessionNumber";
  const search = (page: { limit: number; offset: number }) => client.searchForStudies({ [by]: key, ...page });
  const found = await allMatches(search, { by: "StudyInstanceUID" });
  return found.filter((study) => text(study, by) === key);
}

function searchInstances(client: DicomWebClient, study: DataSet): Promise<DataSet[]> {
  const within = { studyInstanceUID: text(study, "StudyInstanceUID")! };
  return allMatches((page) => client.searchForInstances(page, within), { by: "SOPInstanceUID" });
}

interface Found {
  row: LabelRow;
  study: DataSet;
  instance: DataSet;
  place: number;
}

function imageOf(client: DicomWebClient, ask: Ask, { row, study, instance, place }: Found): SourceImage {
  const studyInstanceUID = text(study, "StudyInstanceUID")!;
  const seriesInstanceUID = text(instance, "SeriesInstanceUID") ?? "";
  const sopInstanceUID = text(instance, "SOPInstanceUID")!;
  return {
    facts: row,
    acquired: acquisitionOf({ ...instance, ...study }, place),
    identity: sopInstanceUID,
    study: studyInstanceUID,
    read: () => ask(() => client.retrieveInstance({ studyInstanceUID, seriesInstanceUID, sopInstanceUID })),
  };
}

/** How long to wait before asking again. */
const WAITS = [1000, 4000, 15_000];
const PASSING = new Set<DicomWebError["code"]>(["UNREACHABLE", "TIMED_OUT", "UNAVAILABLE"]);

async function patiently<T>(
  row: number,
  call: () => Promise<T>,
  pause: (milliseconds: number) => Promise<unknown>,
): Promise<T | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof DicomWebError)) throw error;
      if (error.code === "NOT_FOUND") return undefined;
      const next = WAITS[attempt];
      if (!PASSING.has(error.code) || next === undefined) throw refusal(row, error);
      await pause(next);
    }
  }
}

/** Without the message of the error, which holds UIDs. */
function refusal(row: number, { code, status }: DicomWebError): TrainingError {
  const what = `row ${row} of the label file (${code}${status === undefined ? "" : `, HTTP ${status}`})`;
  return PASSING.has(code)
    ? new TrainingError(
        "PACS_UNREACHABLE",
        `The PACS does not answer about ${what}. Check its address, and run the same command again: what is done is kept.`,
      )
    : new TrainingError(
        "PACS_REFUSED",
        `The PACS refuses to answer about ${what}. Check the address of its DICOMweb services and REDSPOT_PACS_TOKEN.`,
      );
}
