/** The queues, in the order in which a study passes through them. */
export const QUEUE_NAMES = ["settling", "triage", "report"] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];
