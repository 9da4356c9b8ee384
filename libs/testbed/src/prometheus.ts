import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startProgram } from "./child-program.ts";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { retryOnTakenPort } from "./retry-on-taken-port.ts";
import { TestbedError } from "./testbed-error.ts";
import { waitUntil } from "./wait-until.ts";
import { workFolder } from "./work-folder.ts";

export interface PrometheusOptions {
  /** What is scraped: the job's name and host:port. */
  readonly targets: Readonly<Record<string, string>>;
  /** Bearer token with the scope metrics. */
  readonly token: string;
  /** Files with recording rules and alerts. */
  readonly ruleFiles?: readonly string[];
  readonly scrapeSeconds?: number;
}

/** One series of an instant query's answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface RunningPrometheus {
  readonly url: string;
  /** An instant query (HTTP API /api/v1/query); rejects with QUERY_FAILED where Prometheus refuses it. */
  query(expression: string): Promise<Sample[]>;
  /** The names of the alerts that fire or are about to. */
  alerts(): Promise<{ name: string; state: "pending" | "firing" }[]>;
  stop(): Promise<void>;
}

/** Starts a real Prometheus that scrapes services, in a temporary folder, reachable from this machine only. */
export async function startPrometheus(options: PrometheusOptions): Promise<RunningPrometheus> {
  return retryOnTakenPort(true, () => startPrometheusProgram(options));
}

async function startPrometheusProgram({
  targets,
  token,
  ruleFiles = [],
  scrapeSeconds = 1,
}: PrometheusOptions): Promise<RunningPrometheus> {
  const command = findProgram("prometheus", "prometheus");
  const folder = workFolder("prometheus");
  const port = await freePort();
  const file = (name: string, content: string) => {
    writeFileSync(join(folder.path, name), content);
    return join(folder.path, name);
  };
  const rules = ruleFiles.map((path, index) => {
    const copy = join(folder.path, `rules-${index}.yml`);
    copyFileSync(path, copy);
    return copy;
  });
  const configuration = {
    global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${scrapeSeconds}s` },
    rule_files: rules,
    scrape_configs: Object.entries(targets).map(([job, target]) => ({
      job_name: job,
      authorization: { credentials_file: file("token", token) },
      static_configs: [{ targets: [target] }],
    })),
  };
  const program = await startProgram({
    name: "prometheus",
    command,
    args: [
      // YAML takes JSON.
      `--config.file=${file("prometheus.yml", JSON.stringify(configuration))}`,
      `--storage.tsdb.path=${join(folder.path, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    cwd: folder.path,
    logFile: join(folder.path, "prometheus.log"),
  });
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string) => {
    const response = await fetch(`${url}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; error?: string; data: never };
    if (answer.status !== "success") throw new TestbedError("QUERY_FAILED", `Prometheus: ${answer.error}`);
    return answer.data;
  };
  const running: RunningPrometheus = {
    url,
    async query(expression) {
      const { result } = (await ask(`query?query=${encodeURIComponent(expression)}`)) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async alerts() {
      const { alerts } = (await ask("alerts")) as {
        alerts: { labels: { alertname: string }; state: "pending" | "firing" }[];
      };
      return alerts.map(({ labels, state }) => ({ name: labels.alertname, state }));
    },
    async stop() {
      await program.stop();
      folder.remove();
    },
  };
  try {
    const ready = async () => (await fetch(`${url}/-/ready`)).ok;
    await waitUntil(ready, { what: "Prometheus is ready", timeoutSeconds: 30, programs: [program] });
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}
