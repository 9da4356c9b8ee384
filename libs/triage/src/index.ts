export { type ClassEffect, type ListedStudy, type OrderEffect, orderEffect } from "./counterfactual.ts";
export { outcomeAt } from "./cut-off.ts";
export { bodyPartOf, exclusionOf, lateralityOf } from "./eligibility.ts";
export {
  type Finding,
  findingOf,
  findingSchema,
  type InstanceFinding,
  type ModelIdentity,
  type Outcome,
} from "./finding.ts";
export { ageInYears } from "./patient-age.ts";
export { type Priority, priorityOf, readingOrder } from "./reading-order.ts";
export { isReasonCode, REASON_CODES, REASONS, type Reason, type ReasonCode, reason } from "./reason.ts";
