export { dashboards, grafanaJson } from "./dashboards/index.ts";
export { metricsPage } from "./metrics-page.ts";
export { type ServiceMetric, serviceMetricsOf, serviceNames } from "./service-metrics.ts";
