import { type ServiceName, serviceMetricsOf, serviceNames } from "./service-metrics.ts";

const HEAD = `<!-- npm run monitoring writes this page: what is to change is in the services' metrics.ts and in monitoring/src. -->

# Metrics

Each service tells how it does by \`GET /metrics\` on its admin port, in Prometheus' text format. The port is \`REDSPOT_ADMIN_PORT\`:
8181 for stow, 8191 for inference, 8192 for worklist, 8180 in the images. It is on the same address as the service
(\`REDSPOT_HOST\`), under the same certificate, and asks for credentials in the same way: whoever reads metrics has the scope
\`metrics\`, and with it can do nothing else.

\`\`\`
npm run token -- --name prometheus --scope metrics
\`\`\`

makes a token and its entry for \`REDSPOT_TOKENS\`. [monitoring/prometheus/prometheus.yml](../monitoring/prometheus/prometheus.yml)
shows how Prometheus presents it, [monitoring/prometheus/alerts.yml](../monitoring/prometheus/alerts.yml) what to be woken for, and
[runbooks/](runbooks/README.md) what to do then. [monitoring/grafana](../monitoring/grafana) has dashboards to import.

- Names, types and units follow Prometheus' conventions: seconds and bytes, counters end in \`_total\`.
- A label takes the values named here and no others. What is none of them is counted as \`other\`, so that no metric grows without
  bounds and nothing of a patient can get into one.
- A counter is there from the start, at 0. A gauge that cannot be looked up (Redis is away) is absent: 0 would be an answer.
- What is about an installation and not about one process (the queues, the reading list) is told by each process: take \`max\`
  over the instances, not \`sum\`.
- Reading the metrics costs a handful of commands to Redis, however long queues and lists are.
`;

const TITLES: Record<ServiceName, string> = {
  stow: "stow: receiving",
  inference: "inference: analysing",
  worklist: "worklist: reporting and the reading list",
};

/** docs/metrics.md: every metric of every service, from what the services say of themselves. */
export function metricsPage(): string {
  const tables = serviceNames.map((service) => ({ service, metrics: serviceMetricsOf(service) }));
  const everywhere = tables[0]!.metrics.filter(({ row }) =>
    tables.every(({ metrics }) => metrics.some((metric) => metric.row === row)),
  );
  const common = new Set(everywhere.map(({ row }) => row));
  const section = (title: string, rows: string[], below = "") =>
    [`## ${title}`, "", "| metric | type | meaning | labels |", "|---|---|---|---|", ...rows, below].join("\n");
  return [
    HEAD,
    section(
      "Every service",
      [
        "| `redspot_build_info` | gauge | 1, with the service's name, the version of Redspot and that of Node | `service`, `version`, `node` |",
        ...common,
      ],
      "\nAnd what prom-client tells of every Node process: `process_cpu_seconds_total`, `process_resident_memory_bytes`,\n" +
        "`nodejs_eventloop_lag_p99_seconds`, `nodejs_gc_duration_seconds` and others of these two beginnings.\n",
    ),
    ...tables.map(({ service, metrics }) =>
      section(
        TITLES[service],
        metrics.flatMap(({ row }) => (common.has(row) ? [] : row)),
      ),
    ),
  ].join("\n");
}
