import type { DataSet } from "@redspot/dicom";
import { type Store, StudyLedger, Subscriptions, Workitems } from "@redspot/queue";
import type { Logger } from "@redspot/runtime";
import type { ReadingPolicy } from "@redspot/triage";
import type { Pacs } from "../pacs.ts";
import { PatientDirectory } from "../patient-directory.ts";
import { WorklistError } from "../worklist-error.ts";
import { EventChannel } from "./event-channel.ts";
import { UpsService } from "./ups-service.ts";

interface UpsOptions {
  store: Store;
  pacs: Pick<Pacs, "findPatient" | "findStudies">;
  /** Where readers retrieve from. */
  retrieveUrl: string;
  policy: ReadingPolicy;
  now: () => Date;
  logger: Pick<Logger, "warn">;
}

/** The Worklist Service on one installation's Redis and PACS. */
export function openUps({ store, pacs, logger, ...rest }: UpsOptions) {
  const workitems = new Workitems(store);
  const subscriptions = new Subscriptions(store);
  const ledger = new StudyLedger(store);
  const patients = new PatientDirectory<DataSet>({ find: (study) => pacs.findPatient(study), now: rest.now });
  const service = new UpsService({
    workitems,
    subscriptions,
    instancesOf: (study) => ledger.allInstancesOf(study),
    // Where the PACS does not answer, what it would have told is empty: a workitem is there without names, too.
    patientsOf: async (studies) => (await patients.lookUp(studies)).studies,
    findStudies: async (keys) => {
      try {
        return await pacs.findStudies(keys);
      } catch {
        throw new WorklistError("PACS_AWAY");
      }
    },
    ...rest,
  });
  const channel = new EventChannel({
    workitems,
    subscriptions,
    onError: (error) => logger.warn({ err: error }, "an event of a workitem could not be told"),
  });
  return { service, channel, workitems, subscriptions };
}
