import { openAuditDestination } from "@redspot/audit";
import {
  deliverAudit,
  oldestAuditEvent,
  openServiceAudit,
  type ServiceAudit,
  type Store,
  StudyLedger,
} from "@redspot/queue";
import { countJob, type RunningService } from "@redspot/runtime";
import type { FileSpool } from "@redspot/spool";
import { auditDelivery } from "./audit-delivery.ts";
import type { WorklistMetrics } from "./metrics.ts";
import type { Pacs } from "./pacs.ts";
import { readHeader } from "./read-header.ts";
import type { variables } from "./variables.ts";

interface OpenAudit {
  /** That answers in time: what people do waits for it. */
  store: Store;
  /** That waits until Redis is back. */
  workStore: Store;
  spool: FileSpool;
  pacs: Pick<Pacs, "findPatient">;
  metrics: WorklistMetrics;
  now: () => Date;
}

/** Messages on their way at a time. */
const AT_ONCE = 512;

/** The audit trail of this service, and the delivery of all services' messages where it is configured. */
export function openAudit(
  service: RunningService<typeof variables>,
  { store, workStore, spool, pacs, metrics, now }: OpenAudit,
): ServiceAudit {
  const { config, logger, closers } = service;
  const { REDSPOT_AUDIT_TO: address } = config;
  const audit = openServiceAudit(store, service, { refusedAs: "sign-in", now });
  if (address === undefined) return audit;
  const ledger = new StudyLedger(workStore);
  const deliver = auditDelivery({
    destination: openAuditDestination(address, {
      ca: config.REDSPOT_AUDIT_CA,
      certificate: config.REDSPOT_AUDIT_CERTIFICATE,
      key: config.REDSPOT_AUDIT_KEY,
    }),
    source: { auditSourceID: config.REDSPOT_AUDIT_SOURCE, auditEnterpriseSiteID: config.REDSPOT_AUDIT_SITE },
    findHeader: async (study) => {
      for (const { sopInstanceUID } of await ledger.allInstancesOf(study)) {
        const header = await readHeader(spool, study, sopInstanceUID);
        if (header) return header;
      }
      return undefined;
    },
    findPatient: (study) => pacs.findPatient(study),
    now,
  });
  let toldOf: Error | undefined;
  const worker = deliverAudit(workStore, deliver, {
    concurrency: AT_ONCE,
    onTried: (tried) => countJob(metrics, tried),
    onError(error: Error & { retryAfterMs?: number }) {
      // A batch fails as one; and while the receiver is left in peace nothing new is known of it.
      if (error !== toldOf && error.retryAfterMs === undefined) {
        logger.warn({ err: error }, "audit messages are not delivered yet");
      }
      toldOf = error;
    },
  });
  closers.push(() => worker.close());
  metrics.read(["redspot_audit_oldest_event_age_seconds"], async (set) => {
    const oldest = await oldestAuditEvent(store);
    const age = oldest === undefined ? 0 : Math.max(0, now().getTime() - oldest) / 1000;
    set("redspot_audit_oldest_event_age_seconds", {}, age);
  });
  return audit;
}
