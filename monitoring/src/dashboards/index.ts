import { modelWatch } from "./model-watch.ts";
import { dashboardOf } from "./panels.ts";
import { processes } from "./processes.ts";
import { queues } from "./queues.ts";
import { studies } from "./studies.ts";

export const dashboards = [studies, queues, modelWatch, processes];

/** A dashboard as Grafana reads it from a file. */
export function grafanaJson(dashboard: (typeof dashboards)[number]): string {
  return `${JSON.stringify(dashboardOf(dashboard), undefined, 2)}\n`;
}
