import { JOB_FAILURES, QUEUE_NAMES } from "@redspot/queue";
import { counter, gauge, histogram, type Metrics, serviceMetrics, WORK_SECONDS } from "@redspot/runtime";
import { type Finding, REASON_CODES } from "@redspot/triage";
import type { WatchedOrigins } from "./origin.ts";
import { watchMetrics } from "./watch-metrics.ts";

/** What the inference service counts; what it tells of the model has a part for each origin that is watched. */
export const definitionsFor = (origins: WatchedOrigins) =>
  ({
    ...watchMetrics(origins),
    ...serviceMetrics(QUEUE_NAMES, Object.keys(JOB_FAILURES)),
    redspot_findings_total: counter("Findings about revisions of studies", {
      outcome: ["fracture", "no-fracture", "inconclusive", "not-analysed"],
    }),
    redspot_not_analysed_total: counter("Revisions of studies that were not analysed, by reason", {
      reason: REASON_CODES,
    }),
    redspot_stage_duration_seconds: histogram(
      "How long a stage of a study's life takes. decode: from an instance's bytes to model input; infer: an image's way through the network, waiting for its batch included",
      WORK_SECONDS,
      { stage: ["decode", "infer"] },
    ),
    redspot_engine_run_seconds: histogram("How long the network takes for a batch", WORK_SECONDS),
    redspot_engine_batch_images: histogram("Images in a batch", [1, 2, 4, 8, 16, 32, 64, 128, 256]),
    redspot_model_followed: gauge(
      "1 while the model package that has the word is loaded and speaks; 0 where it is not, and this process analyses nothing",
    ),
    redspot_shadow_up: gauge(
      "1 while a second package scores beside the first; 0 where REDSPOT_SHADOW_PACKAGE cannot be loaded; absent where it is not set",
    ),
    redspot_shadow_studies_total: counter(
      "Studies in the shadow. skipped: the machine was never quiet enough, or an image is no longer kept; failed: the shadow's engine or Redis did not answer",
      { outcome: ["scored", "skipped", "failed"] },
    ),
    redspot_shadow_agreement_ratio: gauge("Part of the latest 200 studies that both scored on which both say the same"),
    redspot_shadow_flagged_ratio: gauge("Part of these that each package would flag", {
      package: ["speaks", "shadow"],
    }),
    redspot_model_info: gauge("1, with what the model package that speaks is for", {
      intended_use: ["demonstration", "clinical"],
    }),
  }) as const;

export type InferenceMetrics = Metrics<ReturnType<typeof definitionsFor>>;

/** Counts a finding that is new. */
export function countFinding(metrics: InferenceMetrics, { outcome, reason }: Finding): void {
  metrics.add("redspot_findings_total", { outcome });
  if (reason !== undefined) metrics.add("redspot_not_analysed_total", { reason: reason.code });
}
