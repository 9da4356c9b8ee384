/** What a person needs to recognise a study, as the PACS has it now. Never stored, never logged. */
export interface StudyIdentity {
  patientName: string | null;
  patientID: string | null;
  patientBirthDate: string | null;
  patientSex: string | null;
  accessionNumber: string | null;
  studyDescription: string | null;
}

interface DirectoryOptions<T> {
  /** Asks the PACS; undefined where it does not know the study. Rejects while it is away. */
  find: (studyInstanceUID: string) => Promise<T | undefined>;
  now: () => Date;
}

const FRESH_MS = 60_000;
const MOST_KEPT = 2_000;
const MOST_AT_A_TIME = 4;

/** After a question that the PACS did not answer, how long no further one is asked. */
const AWAY_MS = 5_000;

/**
 * Names for the studies that a page shows, from the PACS by QIDO-RS, kept in memory for a minute so that a page that
 * refreshes itself does not ask for the same again and again.
 */
export class PatientDirectory<T = StudyIdentity> {
  readonly #options: DirectoryOptions<T>;
  readonly #kept = new Map<string, { until: number; identity: T | undefined }>();
  #awayUntil = 0;

  constructor(options: DirectoryOptions<T>) {
    this.#options = options;
  }

  /** The studies that the PACS knows, by Study Instance UID, and whether it answered all questions. */
  async lookUp(studyInstanceUIDs: readonly string[]): Promise<{ pacs: "answers" | "away"; studies: Map<string, T> }> {
    const time = this.#options.now().getTime();
    const missing = studyInstanceUIDs.filter((uid) => (this.#kept.get(uid)?.until ?? 0) <= time);
    const ask = async (): Promise<void> => {
      for (let uid = missing.pop(); uid !== undefined && time >= this.#awayUntil; uid = missing.pop()) {
        await this.#ask(uid, time);
      }
    };
    await Promise.all(Array.from({ length: MOST_AT_A_TIME }, ask));
    const studies = new Map<string, T>();
    for (const uid of studyInstanceUIDs) {
      const identity = this.#kept.get(uid)?.identity;
      if (identity) studies.set(uid, identity);
    }
    return { pacs: time < this.#awayUntil ? "away" : "answers", studies };
  }

  async #ask(uid: string, time: number): Promise<void> {
    try {
      const identity = await this.#options.find(uid);
      this.#kept.delete(uid);
      this.#kept.set(uid, { until: time + FRESH_MS, identity });
      const oldest = this.#kept.keys().next();
      if (this.#kept.size > MOST_KEPT && !oldest.done) this.#kept.delete(oldest.value);
    } catch {
      // Why is the reports' business to log; a name that is missing is told by "away".
      this.#awayUntil = time + AWAY_MS;
    }
  }
}
