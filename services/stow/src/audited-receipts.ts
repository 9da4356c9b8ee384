import type { AuditedAct } from "@redspot/audit";
import type { TakenInstance } from "./store-transaction.ts";

/** SOP classes named one by one in a message; a sender can name as many as it likes. */
const MOST_CLASSES = 100;

/**
 * What the audit trail says of a Store transaction: for each study one event of what was new, one of what was there
 * before and one for each reason for which something was refused (PS3.15 A.5.2: a message has one outcome; A.5.3.7).
 */
export function auditedReceipts(
  taken: readonly TakenInstance[],
  caller: { by: string; address: string },
): AuditedAct[] {
  const groups = Map.groupBy(taken, ({ studyInstanceUID, held, code = "" }) => `${studyInstanceUID} ${held} ${code}`);
  return [...groups.values()].map((group) => {
    const { studyInstanceUID: study, held, code } = group[0] as TakenInstance;
    const classes = Map.groupBy(group, ({ sopClassUID }) => sopClassUID);
    return {
      kind: "receive",
      ...caller,
      study,
      sopClasses: [...classes].slice(0, MOST_CLASSES).map(([uid, { length }]) => ({ uid, instances: length })),
      held,
      ...(code === undefined ? { outcome: 0 } : { outcome: 4, code }),
    };
  });
}
