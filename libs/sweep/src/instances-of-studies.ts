import { setTimeout as wait } from "node:timers/promises";
import { type DataSet, text } from "@redspot/dicom";
import { type DicomWebClient, DicomWebError } from "@redspot/dicomweb";
import DataLoader from "dataloader";
import type { Ask } from "./pacs-studies.ts";

interface InstancesOfStudiesOptions {
  client: Pick<DicomWebClient, "searchForInstances">;
  ask: Ask;
  /** How long a question waits for others to be put with it, in milliseconds. */
  gatherMs?: number;
  /** Milliseconds since 1970; the clock of tests. */
  now?: () => number;
}

/** So many studies go into one question. */
const MOST_TOGETHER = 4;

/**
 * A server may give fewer matches than were asked for, without saying so where it can be seen (PS3.18 8.3.4.4.1). One that
 * gives no more than so many would be of no use to anybody.
 */
const FEWER_THAN_ANY_SERVER_GIVES = 24;

const GATHER_MS = 10;
const HOUR_MS = 3_600_000;

/**
 * The instances of studies that are asked for at about the same time, by one question for a few of them: a search by a list
 * of UIDs (PS3.18 8.3.4.1, PS3.4 C.2.2.2.2).
 *
 * Not every server knows lists: some take one for a single UID and find nothing, some pass over the key and give whatever
 * they have. So what counts is what a server says of a study alone: it is asked for that whenever a list fails, gives
 * nothing of the study, or so much that there may be more. A server that tells more of a study alone is not given lists for
 * an hour.
 */
export class InstancesOfStudies {
  readonly #client: InstancesOfStudiesOptions["client"];
  readonly #ask: Ask;
  readonly #now: () => number;
  readonly #loader: DataLoader<string, DataSet[]>;
  #listsFrom = 0;

  constructor({ client, ask, gatherMs = GATHER_MS, now = Date.now }: InstancesOfStudiesOptions) {
    this.#client = client;
    this.#ask = ask;
    this.#now = now;
    this.#loader = new DataLoader((studies) => this.#ofEach(studies), {
      // A study may hold another the next time.
      cache: false,
      maxBatchSize: MOST_TOGETHER,
      batchScheduleFn: (begin) => void wait(gatherMs).then(begin),
    });
  }

  /** The instances of one study, none where the server has no such study. Throws DicomWebError. */
  of(studyInstanceUID: string): Promise<DataSet[]> {
    return this.#loader.load(studyInstanceUID);
  }

  async #ofEach(studies: readonly string[]): Promise<(DataSet[] | Error)[]> {
    const isList = studies.length > 1 && this.#now() >= this.#listsFrom;
    const found = isList ? await this.#byList(studies) : undefined;
    const instancesOf = async (study: string): Promise<DataSet[]> => {
      const ofList = found?.get(study);
      if (ofList !== undefined) return ofList;
      const alone = await this.#ask(() => this.#client.searchForInstances({}, { studyInstanceUID: study }));
      if (found !== undefined && alone.length > 0) this.#listsFrom = this.#now() + HOUR_MS;
      return alone;
    };
    return Promise.all(studies.map((study) => instancesOf(study).catch((error: Error) => error)));
  }

  /** By study; undefined where there may be more than the server gave. */
  async #byList(studies: readonly string[]): Promise<Map<string, DataSet[]> | undefined> {
    const limit = FEWER_THAN_ANY_SERVER_GIVES;
    try {
      const instances = await this.#ask(() =>
        this.#client.searchForInstances({ StudyInstanceUID: studies.join(","), limit }),
      );
      const found = Map.groupBy(instances, (instance) => text(instance, "StudyInstanceUID") ?? "");
      if (![...found.keys()].every((study) => studies.includes(study))) return new Map();
      return instances.length < limit ? found : undefined;
    } catch (error) {
      if (!(error instanceof DicomWebError)) throw error;
      return new Map();
    }
  }
}
