import type { AuditTrail } from "@redspot/queue";
import type { Finding } from "@redspot/triage";

/** SOP classes named one by one in a message. */
const MOST_CLASSES = 100;

/**
 * Records that a revision of a study was analysed (PS3.15 A.5.3.6): which images were looked at, and not what was found.
 * Recorded again, it is the same event.
 */
export function auditAnalysis(trail: Pick<AuditTrail, "record">): (finding: Finding) => Promise<void> {
  return ({ studyInstanceUID: study, revision, instances, analysedAt }) => {
    const classes = Map.groupBy(instances, ({ sopClassUID }) => sopClassUID);
    return trail.record(
      {
        kind: "analyse",
        study,
        revision,
        sopClasses: [...classes].slice(0, MOST_CLASSES).map(([uid, { length }]) => ({ uid, instances: length })),
      },
      { id: `analyse-${study}-r${revision}`, at: Date.parse(analysedAt) },
    );
  };
}
