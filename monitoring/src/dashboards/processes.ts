import type { DashboardContent } from "./panels.ts";

/** The processes themselves, each on its machine. */
export const processes: DashboardContent = {
  uid: "redspot-processes",
  title: "Redspot: processes",
  description: "The processes of the three services: processor, memory, event loop, what they need.",
  rows: {
    "Who is there": [
      {
        title: "Processes that answer",
        description: "By service.",
        unit: "short",
        queries: { "{{job}}": 'sum by (job) (up{job=~"redspot-.+"})' },
      },
      {
        title: "Redis answers",
        description: "As each process sees it.",
        unit: "none",
        queries: { "{{job}} {{instance}}": 'redspot_dependency_up{dependency="redis"}' },
      },
      {
        title: "Versions",
        description: "More than one while an upgrade is under way.",
        unit: "short",
        queries: { "{{version}} on Node {{node}}": "count by (version, node) (redspot_build_info)" },
      },
      {
        title: "Starts",
        description: "Within an hour.",
        unit: "short",
        queries: { "{{job}} {{instance}}": 'changes(process_start_time_seconds{job=~"redspot-.+"}[1h])' },
      },
    ],
    "What they use": [
      {
        title: "Spool",
        description:
          "Bytes of the instances that it holds, as of the last reconciliation by any process (Since the last reconciliation, on the dashboard of the queues), and the room that is left.",
        unit: "bytes",
        queries: {
          held: "max(redspot_spool_held_bytes and on (job, instance) (redspot_reconciled_timestamp_seconds == scalar(max(redspot_reconciled_timestamp_seconds))))",
          "room, {{instance}}": "redspot_spool_room_bytes",
        },
      },
      {
        title: "Processors",
        description: "Whole ones in use.",
        unit: "short",
        queries: { "{{job}} {{instance}}": 'rate(process_cpu_seconds_total{job=~"redspot-.+"}[5m])' },
      },
      {
        title: "Memory",
        description: "Resident, threads and the network included.",
        unit: "bytes",
        queries: { "{{job}} {{instance}}": 'process_resident_memory_bytes{job=~"redspot-.+"}' },
      },
      {
        title: "Open files",
        description: "Connections among them.",
        unit: "short",
        queries: { "{{job}} {{instance}}": 'process_open_fds{job=~"redspot-.+"}' },
      },
      {
        title: "Uploads under way",
        description: "Against REDSPOT_MAX_UPLOADS.",
        unit: "short",
        queries: { "{{instance}}": "redspot_store_uploads" },
      },
    ],
    "Whether they keep up": [
      {
        title: "Event loop, 99th percentile of its delay",
        description: "Above half a second answers are late and locks run out.",
        unit: "s",
        queries: { "{{job}} {{instance}}": 'nodejs_eventloop_lag_p99_seconds{job=~"redspot-.+"}' },
      },
      {
        title: "Garbage collection",
        description: "Share of the time.",
        unit: "percentunit",
        queries: {
          "{{job}} {{instance}}":
            'sum by (job, instance) (rate(nodejs_gc_duration_seconds_sum{job=~"redspot-.+"}[5m]))',
        },
      },
      {
        title: "Requests to store, by status",
        description: "Each second.",
        unit: "reqps",
        queries: { "{{status}}": "sum by (status) (rate(redspot_store_requests_total[5m])) > 0" },
      },
    ],
  },
};
