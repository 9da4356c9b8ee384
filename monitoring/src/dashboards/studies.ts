import type { DashboardContent } from "./panels.ts";

/** What comes in, what is found, how soon, and how long people wait. */
export const studies: DashboardContent = {
  uid: "redspot-studies",
  title: "Redspot: studies and the clinic",
  description: "What comes in, what is found and how soon, and how long studies wait to be read.",
  rows: {
    Now: [
      {
        as: "figure",
        title: "Flagged studies that wait",
        description: "With a likely fracture, not taken up yet.",
        unit: "short",
        queries: { studies: 'max(redspot_reading_list_studies{priority="HIGH",state="SCHEDULED"})' },
      },
      {
        as: "figure",
        title: "The longest of these waits",
        description: "Since the study's arrival.",
        unit: "s",
        queries: { wait: 'max(redspot_reading_list_longest_wait_seconds{priority="HIGH"})' },
      },
      {
        as: "figure",
        title: "All studies that wait",
        description: "Not taken up yet.",
        unit: "short",
        queries: { studies: 'sum(max by (priority) (redspot_reading_list_studies{state="SCHEDULED"}))' },
      },
      {
        as: "figure",
        title: "The PACS answers",
        description: "1: it did when it was last asked.",
        unit: "none",
        queries: { up: "max(redspot_pacs_up)" },
      },
    ],
    "Coming in": [
      {
        title: "Instances stored",
        description: "Each second. Nothing for a day is no quiet day.",
        unit: "reqps",
        queries: { "{{outcome}}": "sum by (outcome) (rate(redspot_store_instances_total[5m]))" },
      },
      {
        title: "Instances that could not be stored",
        description: "By reason, within 15 minutes: docs/errors.md.",
        unit: "short",
        queries: { "{{code}}": "sum by (code) (increase(redspot_store_failures_total[15m])) > 0" },
      },
      {
        title: "Bytes received",
        description: "Of new instances, each second.",
        unit: "Bps",
        queries: { bytes: "sum(rate(redspot_store_received_bytes_total[5m]))" },
      },
      {
        title: "Room in the spool",
        description: "What can still come in before uploads are answered 503.",
        unit: "bytes",
        queries: { "{{instance}}": "redspot_spool_room_bytes" },
      },
      {
        title: "Uploads refused",
        description: "By reason, within 15 minutes: docs/errors.md. BEHIND: analysis or PACS are behind.",
        unit: "short",
        queries: { "{{code}}": "sum by (code) (increase(redspot_store_refusals_total[15m])) > 0" },
      },
      {
        title: "The door is open",
        description: "0: uploads are asked to come again, because analysis or PACS are behind.",
        unit: "none",
        queries: { "{{instance}}": "redspot_store_door_open" },
      },
      {
        title: "The spool holds",
        description: "As of the last reconciliation.",
        unit: "short",
        queries: { studies: "max(redspot_spool_studies)", instances: "max(redspot_spool_instances)" },
      },
    ],
    Findings: [
      {
        title: "Findings",
        description: "Within an hour, by outcome.",
        unit: "short",
        queries: { "{{outcome}}": "sum by (outcome) (increase(redspot_findings_total[1h]))" },
      },
      {
        title: "From arrival to flag",
        description: "Of studies with a likely fracture, the settle time included.",
        unit: "s",
        queries: {
          median:
            'histogram_quantile(0.5, sum by (le) (rate(redspot_finding_latency_seconds_bucket{outcome="fracture"}[1h])))',
          "95th percentile":
            'histogram_quantile(0.95, sum by (le) (rate(redspot_finding_latency_seconds_bucket{outcome="fracture"}[1h])))',
        },
      },
      {
        title: "Not analysed",
        description: "By reason, within an hour.",
        unit: "short",
        queries: { "{{reason}}": "sum by (reason) (increase(redspot_not_analysed_total[1h])) > 0" },
      },
      {
        title: "Findings that came too late",
        description: "Once somebody had taken the study up; within a day.",
        unit: "short",
        queries: { findings: "max(increase(redspot_findings_after_opening[1d]))" },
      },
    ],
    "Where time goes": [
      {
        title: "Stages, 95th percentile",
        description: "receive holds the sender's time, settle the settle time, pacs the PACS's.",
        unit: "s",
        queries: {
          "{{stage}}": "histogram_quantile(0.95, sum by (stage, le) (rate(redspot_stage_duration_seconds_bucket[5m])))",
        },
      },
      {
        title: "Reports",
        description: "Within an hour, by what became of them.",
        unit: "short",
        queries: { "{{outcome}}": "sum by (outcome) (increase(redspot_reports_total[1h]))" },
      },
      {
        title: "Findings told to the RIS",
        description: "By HL7, within an hour, by what became of it; nothing where nobody is to be told.",
        unit: "short",
        queries: { "{{outcome}}": "sum by (outcome) (increase(redspot_announcements_total[1h]))" },
      },
      {
        title: "Exchanges with the PACS that failed",
        description: "Within 15 minutes.",
        unit: "short",
        queries: {
          "{{operation}}": 'sum by (operation) (increase(redspot_pacs_requests_total{outcome="failed"}[15m]))',
        },
      },
    ],
    "The reading list": [
      {
        title: "Studies on the list",
        description: "Not done yet, by priority and state.",
        unit: "short",
        queries: { "{{priority}} {{state}}": "max by (priority, state) (redspot_reading_list_studies)" },
      },
      {
        title: "Longest wait to be taken up",
        description: "By priority.",
        unit: "s",
        queries: { "{{priority}}": "max by (priority) (redspot_reading_list_longest_wait_seconds)" },
      },
      {
        title: "Done",
        description: "Completed or withdrawn, and can still be brought back.",
        unit: "short",
        queries: { studies: "max(redspot_reading_list_done_studies)" },
      },
    ],
  },
};
