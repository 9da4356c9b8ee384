import type { DashboardContent } from "./panels.ts";

/** Does work go on, and does it keep up? */
export const queues: DashboardContent = {
  uid: "redspot-queues",
  title: "Redspot: queues",
  description: "Whether work goes on and keeps up: what waits, for how long, what fails.",
  rows: {
    "What waits": [
      {
        title: "Jobs that wait",
        description: "Live studies pass settling, triage and report; those of a sweep have queues of their own.",
        unit: "short",
        queries: { "{{queue}}": 'max by (queue) (redspot_queue_jobs{state="waiting"})' },
      },
      {
        title: "Age of the next job",
        description: "More than some seconds in triage: no worker, or too few.",
        unit: "s",
        queries: { "{{queue}}": "max by (queue) (redspot_queue_oldest_job_age_seconds)" },
      },
      {
        title: "Jobs that will be tried later",
        description: "In settling: studies that still grow. In report: reports that the PACS has not taken.",
        unit: "short",
        queries: { "{{queue}}": 'max by (queue) (redspot_queue_jobs{state="delayed"})' },
      },
      {
        title: "Dead letters",
        description: "Jobs that nobody will try again unless told to: redspot-admin dead-letters list.",
        unit: "short",
        queries: { "{{queue}}": 'max by (queue) (redspot_queue_jobs{state="failed"})' },
      },
    ],
    "What is done": [
      {
        title: "Jobs done",
        description: "Each second, over five minutes.",
        unit: "reqps",
        queries: { "{{queue}}": 'sum by (queue) (rate(redspot_job_run_seconds_count{outcome="done"}[5m]))' },
      },
      {
        title: "Wait until the first try, 95th percentile",
        description: "From when a job could be taken until it was.",
        unit: "s",
        queries: {
          "{{queue}}": "histogram_quantile(0.95, sum by (queue, le) (rate(redspot_job_wait_seconds_bucket[5m])))",
        },
      },
      {
        title: "Length of a try, 95th percentile",
        description: "Tries that were done.",
        unit: "s",
        queries: {
          "{{queue}}":
            'histogram_quantile(0.95, sum by (queue, le) (rate(redspot_job_run_seconds_bucket{outcome="done"}[5m])))',
        },
      },
    ],
    "What fails": [
      {
        title: "Tries that failed",
        description: "And will be repeated, by reason: docs/errors.md.",
        unit: "short",
        queries: { "{{queue}} {{code}}": "sum by (queue, code) (increase(redspot_job_retries_total[15m])) > 0" },
      },
      {
        title: "Jobs given up",
        description: "By reason: docs/errors.md says what to do for each.",
        unit: "short",
        queries: { "{{queue}} {{code}}": "sum by (queue, code) (increase(redspot_jobs_given_up_total[1h])) > 0" },
      },
    ],
    Recovery: [
      {
        title: "Reports leave the PACS in peace",
        description: "1: it was away for several reports in a row, and is asked again now and then.",
        unit: "none",
        queries: { "{{instance}}": "redspot_pacs_circuit_open" },
      },
      {
        title: "Mended by reconciliation",
        description: "Within an hour. Anything here was lost, and is not any more.",
        unit: "short",
        queries: { "{{what}}": "sum by (what) (increase(redspot_reconciliation_repairs_total[1h])) > 0" },
      },
      {
        title: "Since the last reconciliation",
        description: "Usually less than REDSPOT_RECONCILE_MINUTES and the time that a pass takes.",
        unit: "s",
        queries: { age: "time() - max(redspot_reconciled_timestamp_seconds)" },
      },
      {
        title: "Sweep of a backlog",
        description: "Studies queued, and those that came to an end.",
        unit: "short",
        queries: { "{{state}}": "max by (state) (redspot_sweep_studies)" },
      },
    ],
    Engine: [
      {
        title: "Images in a batch",
        description: "Nearer to REDSPOT_BATCH_SIZE, the busier.",
        unit: "short",
        queries: {
          mean: "sum(rate(redspot_engine_batch_images_sum[5m])) / sum(rate(redspot_engine_batch_images_count[5m]))",
        },
      },
      {
        title: "The network's time for an image",
        description: "A batch's time over its images.",
        unit: "s",
        queries: {
          mean: "sum(rate(redspot_engine_run_seconds_sum[5m])) / sum(rate(redspot_engine_batch_images_sum[5m]))",
        },
      },
      {
        title: "Images scored",
        description: "Each second, all workers together.",
        unit: "reqps",
        queries: { images: "sum(rate(redspot_engine_batch_images_sum[5m]))" },
      },
    ],
  },
};
