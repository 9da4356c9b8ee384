export { type ClassEffect, type ListedStudy, type OrderEffect, orderEffect } from "./counterfactual.ts";
export { outcomeAt } from "./cut-off.ts";
export { bodyPartOf, exclusionOf, exclusionOfClass, lateralityOf } from "./eligibility.ts";
export {
  type Finding,
  findingOf,
  findingSchema,
  type InstanceFinding,
  type ModelIdentity,
  type Outcome,
} from "./finding.ts";
export { type FindingInShort, inShort } from "./finding-in-short.ts";
export { ageInYears } from "./patient-age.ts";
export {
  BACKLOG_STEP,
  backlogStepOf,
  headStartOf,
  type Lane,
  type Priority,
  priorityOf,
  type ReadingPolicy,
  readingOrder,
  type StudyToOrder,
  UNSCORED_STEP,
} from "./reading-order.ts";
export {
  isOfEligibility,
  isReasonCode,
  REASON_CODES,
  REASONS,
  type Reason,
  type ReasonCode,
  reason,
} from "./reason.ts";
