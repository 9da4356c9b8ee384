import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { metricsPage } from "./metrics-page.ts";

if (process.argv.includes("--help")) {
  process.stdout.write("npm run monitoring: writes docs/metrics.md, from what the services say they count\n");
  process.exit(0);
}

const root = join(import.meta.dirname, "..", "..");
writeFileSync(join(root, "docs", "metrics.md"), metricsPage());
process.stdout.write("docs/metrics.md\n");
