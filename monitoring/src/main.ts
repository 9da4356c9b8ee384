import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dashboards, grafanaJson } from "./dashboards/index.ts";
import { metricsPage } from "./metrics-page.ts";

if (process.argv.includes("--help")) {
  process.stdout.write(
    "npm run monitoring: writes docs/metrics.md, from what the services say they count, and Grafana's dashboards\n",
  );
  process.exit(0);
}

const root = join(import.meta.dirname, "..", "..");
const write = (file: string, content: string) => {
  writeFileSync(join(root, file), content);
  process.stdout.write(`${file}\n`);
};
write("docs/metrics.md", metricsPage());
for (const dashboard of dashboards) write(`monitoring/grafana/${dashboard.uid}.json`, grafanaJson(dashboard));
