export { ModelRecords } from "./model-records.ts";
export { type ReconcileOptions, type Reconciliation, reconcile } from "./reconcile.ts";
export { reconcileRegularly } from "./reconcile-regularly.ts";
export type { ReportsInPacs } from "./reports-in-pacs.ts";
export { type Announcement, type StoredReport, StudyRecords } from "./study-records.ts";
