import { Circuit } from "@redspot/dicomweb";
import { MllpClient, receiverOf } from "@redspot/hl7";
import { alone, type FindingStore, type ReadingList, type Store, StudyQueue, workOn } from "@redspot/queue";
import type { StudyRecords } from "@redspot/recovery";
import { countJob, type RunningService } from "@redspot/runtime";
import type { FileSpool } from "@redspot/spool";
import { announcingWith } from "./announce.ts";
import { isReceiverAway } from "./announcement-failure.ts";
import type { WorklistMetrics } from "./metrics.ts";
import type { Pacs } from "./pacs.ts";
import { readHeader } from "./read-header.ts";
import { localUtcOffset } from "./utc-offset.ts";
import type { variables } from "./variables.ts";

interface OpenAnnouncing {
  store: Store;
  findings: FindingStore;
  list: ReadingList;
  records: StudyRecords;
  spool: FileSpool;
  pacs: Pick<Pacs, "findPatient">;
  metrics: WorklistMetrics;
  now: () => Date;
}

/**
 * Begins to tell the receiver that the configuration names of findings, and answers with the queue of those that it is to
 * be told of; undefined where it names none.
 */
export function openAnnouncing(
  { config, tracing, logger, closers }: RunningService<typeof variables>,
  { store, findings, list, records, spool, pacs, metrics, now }: OpenAnnouncing,
): StudyQueue | undefined {
  const receiver = receiverOf(config);
  if (receiver === undefined) return undefined;
  const queue = new StudyQueue(store, "announce");
  closers.push(() => queue.close());
  const connection = new MllpClient(receiver);
  closers.push(() => connection.close());
  const circuit = new Circuit({ isAway: isReceiverAway });
  const announce = announcingWith({
    ...{ findings, list, records, now },
    readHeader: (study, instance) => readHeader(spool, study, instance),
    findPatient: pacs.findPatient,
    exchange: (message, read) =>
      circuit.run(() => tracing.part("hl7.send", () => connection.exchange(message, read), "call")),
    aloneWith: (study, work) => alone(store, `announce-${study}`, work),
    sender: {
      messageType: config.REDSPOT_HL7_MESSAGE,
      sendingApplication: config.REDSPOT_HL7_SENDING_APPLICATION,
      sendingFacility: config.REDSPOT_HL7_SENDING_FACILITY,
      receivingApplication: config.REDSPOT_HL7_RECEIVING_APPLICATION,
      receivingFacility: config.REDSPOT_HL7_RECEIVING_FACILITY,
      characterSet: config.REDSPOT_HL7_CHARACTER_SET,
      language: config.REDSPOT_SR_LANGUAGE,
      serialNumber: config.REDSPOT_DEVICE_SERIAL_NUMBER,
    },
    outcomes: config.REDSPOT_HL7_OUTCOMES,
    utcOffsetAt: localUtcOffset,
    onAcknowledged: (code) => metrics.add("redspot_announcement_acknowledgements_total", { code }),
  });
  const worker = workOn(
    store,
    "announce",
    async (job) => {
      const announcement = await announce(job);
      metrics.add("redspot_announcements_total", { outcome: announcement.outcome });
      logger.info({ ...job, ...announcement }, "announcement");
    },
    {
      // On a connection of MLLP one message is answered before the next.
      concurrency: 1,
      onTried: (tried) => {
        countJob(metrics, tried);
        metrics.observe("redspot_stage_duration_seconds", { stage: "announce" }, tried.runMs / 1000);
      },
      onGivenUp: async (job, error) => logger.error({ err: error, ...job }, "announcement given up"),
      onError: (error, job) => logger.warn({ err: error, ...job }, "announcement failed"),
    },
  );
  closers.push(() => worker.close());
  return queue;
}
