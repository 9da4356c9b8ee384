/**
 * The queues, in the order in which a study passes through them; then those of the backlog, whose studies pass through
 * queues of their own, so that no live study ever stands behind one of them; then what other systems are told, and what is
 * audited.
 */
export const QUEUE_NAMES = ["settling", "triage", "report", "backlog", "backlog-report", "announce", "audit"] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];
