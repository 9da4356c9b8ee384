import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dashboards, grafanaJson } from "./dashboards/index.ts";
import { metricsPage } from "./metrics-page.ts";

if (process.argv.includes("--help")) {
  process.stdout.write(
    "npm run monitoring: writes docs/metrics.md, from what the services say they count, and Grafana's dashboards; and copies\n" +
      "dashboards, rules and alerts into the Helm chart, which can only hold what lies in it\n",
  );
  process.exit(0);
}

const root = join(import.meta.dirname, "..", "..");
const write = (file: string, content: string) => {
  writeFileSync(join(root, file), content);
  process.stdout.write(`${file}\n`);
};
write("docs/metrics.md", metricsPage());
for (const dashboard of dashboards) {
  for (const folder of ["monitoring/grafana", "helm/redspot/files/grafana"]) {
    write(`${folder}/${dashboard.uid}.json`, grafanaJson(dashboard));
  }
}
for (const file of ["rules.yml", "alerts.yml"]) {
  write(`helm/redspot/files/prometheus/${file}`, readFileSync(join(root, "monitoring/prometheus", file), "utf8"));
}
