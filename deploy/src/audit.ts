import { spawn } from "node:child_process";
import { IMAGES } from "./bill-of-materials.ts";

/** What `npm audit` came to. Not asked is no answer, and never a good one. */
export type AuditOutcome =
  | { state: "clean"; found: string }
  | { state: "vulnerable"; found: string }
  | { state: "not asked"; found: string };

interface Report {
  message?: string;
  error?: { summary?: string; code?: string };
  vulnerabilities?: Record<
    string,
    { severity: string; range: string; via: (string | { title: string; url: string })[] }
  >;
  metadata?: { vulnerabilities: Record<string, number>; dependencies: { prod: number } };
}

const GRAVE = ["high", "critical"];

/**
 * Asks the registry for known weaknesses of what is shipped: high and critical ones count. A registry without that service (most
 * mirrors) or out of reach is not asked, which is said and is no failure.
 */
export async function auditPackages(root: string, options: { registry?: string } = {}): Promise<AuditOutcome> {
  const shipped = IMAGES.admin.flatMap((name) => ["--workspace", `services/${name}`]);
  const args = ["audit", "--json", "--omit", "dev", "--package-lock-only", "--fetch-retries", "0", ...shipped];
  if (options.registry !== undefined) args.push("--registry", options.registry);
  const report = readReport(await outputOf("npm", args, root));
  if (report?.metadata === undefined) {
    const why = report?.message ?? report?.error?.summary ?? "npm gave no answer that can be read";
    return { state: "not asked", found: (why.split("\n")[0] ?? "").replace(/https?:\/\/\S+/g, "the registry") };
  }
  const grave = Object.entries(report.vulnerabilities ?? {}).filter(([, { severity }]) => GRAVE.includes(severity));
  const counted = `${report.metadata.dependencies.prod} packages`;
  if (grave.length === 0) return { state: "clean", found: `no high or critical advisory for ${counted}` };
  const lines = grave.map(([name, { severity, range, via }]) => {
    const [advisory] = via.filter((one) => typeof one !== "string");
    return `${name} ${range}: ${severity}${advisory === undefined ? "" : `, ${advisory.title} (${advisory.url})`}`;
  });
  return { state: "vulnerable", found: lines.join("\n") };
}

function readReport(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}

/** What a program prints, however it ends. */
function outputOf(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    child.once("error", reject);
    child.once("close", () => resolve(text));
  });
}
