import { execFileSync } from "node:child_process";
import { join } from "node:path";

export const serviceNames = ["stow", "inference", "worklist"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** A metric of a service, as its `--metrics` tells. */
export interface ServiceMetric {
  name: string;
  type: "counter" | "gauge" | "histogram";
  labels: string[];
  /** Its row of the table. */
  row: string;
}

const root = join(import.meta.dirname, "..", "..");

/** What a service counts. The service is asked: nobody has to keep a second list. */
export function serviceMetricsOf(service: ServiceName): ServiceMetric[] {
  const main = join(root, "services", service, "src", "main.ts");
  const table = execFileSync(process.execPath, [main, "--metrics"], { encoding: "utf8" });
  return table.split("\n").flatMap((row) => {
    const [, name, type, , labels = ""] = /^\| `(\w+)` \| (\w+) \| (.*) \| (.*) \|$/.exec(row) ?? [];
    if (name === undefined) return [];
    return {
      name,
      type: type as ServiceMetric["type"],
      labels: [...labels.matchAll(/`(\w+)`:/g)].map((one) => one[1]!),
      row,
    };
  });
}
