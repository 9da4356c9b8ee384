import type { Store } from "./connection.ts";
import { type JobTry, NotYet, StudyQueue, type StudyWorker, workOn } from "./jobs.ts";
import { StudyLedger } from "./study-ledger.ts";

interface SettlingOptions {
  /** How long a study must not grow before it is judged, in milliseconds. */
  settleMs: number;
  /** Called after every study that was settled, and every try that failed. */
  onTried?: (tried: JobTry) => void;
  onError: (error: Error) => void;
}

/**
 * Works on the settling queue: closes each study's revision once it has stopped growing, and queues it for triage. A
 * process that dies between the two does no harm: the job runs again, and closing again answers the same.
 */
export function settleStudies(store: Store, { settleMs, onTried, onError }: SettlingOptions): StudyWorker {
  const ledger = new StudyLedger(store);
  const triage = new StudyQueue(store, "triage");
  const worker = workOn(
    store,
    "settling",
    async ({ studyInstanceUID, revision }) => {
      const settling = await ledger.closeRevision(studyInstanceUID, revision, settleMs);
      if (settling.state === "growing") throw new NotYet(settling.waitMs);
      // It was forgotten while this job was in hand: there is nothing to judge, and nothing may be written of it.
      if (settling.sopInstanceUIDs.length === 0) return;
      await triage.add({ studyInstanceUID, revision });
    },
    { concurrency: 16, onError, ...(onTried === undefined ? {} : { onTried }) },
  );
  return {
    ...worker,
    close: async () => {
      await worker.close();
      await triage.close();
    },
  };
}
