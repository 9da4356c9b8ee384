import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { SOFTWARE_VERSION } from "./version.ts";

type Kind = "counter" | "gauge" | "histogram";

/** A label and all values that it can take. Without a list there would be no telling what gets into it, and how much. */
type Labels = Record<string, readonly string[]>;

/** A metric before it is counted: what it is, what it is labelled with, and, of a histogram, its buckets' upper bounds. */
export interface MetricDefinition<K extends Kind = Kind, L extends Labels = Labels> {
  readonly kind: K;
  readonly help: string;
  readonly labels: L;
  readonly buckets: readonly number[];
}

/** The metrics of a service, by their full names. */
export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>;

/** Only grows: how often something happened. Its name ends in `_total`. */
export function counter<const L extends Labels = Record<never, never>>(help: string, labels = {} as L) {
  return { kind: "counter", help, labels, buckets: [] } as const satisfies MetricDefinition<"counter", L>;
}

/** Goes up and down: how something stands. */
export function gauge<const L extends Labels = Record<never, never>>(help: string, labels = {} as L) {
  return { kind: "gauge", help, labels, buckets: [] } as const satisfies MetricDefinition<"gauge", L>;
}

/** How values are distributed. Base units: seconds, bytes. */
export function histogram<const L extends Labels = Record<never, never>>(
  help: string,
  buckets: readonly number[],
  labels = {} as L,
) {
  return { kind: "histogram", help, labels, buckets } as const satisfies MetricDefinition<"histogram", L>;
}

/** Upper bounds in seconds, from what a decoder takes to what a study waits on a bad day. */
export const WORK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
export const WAIT_SECONDS = [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400] as const;

type NamesOf<D extends MetricDefinitions, K extends Kind> = {
  [N in keyof D]: D[N] extends MetricDefinition<K> ? N : never;
}[keyof D] &
  string;

type LabelsOf<D extends MetricDefinitions, N extends keyof D> = { readonly [L in keyof D[N]["labels"]]: string };

/** Sets gauges while the metrics are being read. */
export type SetGauge<D extends MetricDefinitions> = <N extends NamesOf<D, "gauge">>(
  name: N,
  labels: LabelsOf<D, N>,
  value: number,
) => void;

const BUILD_INFO = "1, with the service's name, the version of Redspot and that of Node";

/** A label's value that is none of those that it can take. */
const OTHER = "other";

/** After how long a gauge that somebody else has to be asked for is left out. */
const READ_TIMEOUT_MS = 2_000;

/**
 * What a service counts, for Prometheus. A label takes the values of its definition and no others: what is not among them
 * is counted as "other", so that neither patient data nor ever more series can get in, whatever is passed.
 */
export class Metrics<D extends MetricDefinitions = MetricDefinitions> {
  readonly #registry = new Registry();
  readonly #definitions: D;
  readonly #metrics = new Map<string, Counter | Gauge | Histogram>();
  readonly #readers: Array<{ names: readonly string[]; read: () => Promise<void> }> = [];
  #beingRead: Promise<string> | undefined;

  constructor(service: string, definitions: D) {
    this.#definitions = definitions;
    collectDefaultMetrics({ register: this.#registry });
    const build = new Gauge({
      name: "redspot_build_info",
      help: BUILD_INFO,
      labelNames: ["service", "version", "node"],
      registers: [this.#registry],
    });
    build.set({ service, version: SOFTWARE_VERSION, node: process.versions.node }, 1);
    for (const [name, definition] of Object.entries(definitions))
      this.#metrics.set(name, this.#create(name, definition));
  }

  /** Counts. Labels come first, as in all that follows. */
  add<N extends NamesOf<D, "counter">>(name: N, labels: LabelsOf<D, N>, by = 1): void {
    (this.#metrics.get(name) as Counter).inc(this.#bounded(name, labels), by);
  }

  /** Notes one value of a distribution. */
  observe<N extends NamesOf<D, "histogram">>(name: N, labels: LabelsOf<D, N>, value: number): void {
    (this.#metrics.get(name) as Histogram).observe(this.#bounded(name, labels), value);
  }

  /** Sets how something stands. */
  set: SetGauge<D> = (name, labels, value) => {
    (this.#metrics.get(name) as Gauge).set(this.#bounded(name, labels), value);
  };

  /**
   * Gauges that are looked up whenever the metrics are read. Where that fails or takes too long they are absent, which
   * is what is known then; the other metrics are not held up.
   */
  read<N extends NamesOf<D, "gauge">>(names: readonly N[], read: (set: SetGauge<D>) => Promise<void>): void {
    this.#readers.push({
      names,
      read: () => {
        let isOver = false;
        const set: SetGauge<D> = (name, labels, value) => {
          if (!isOver) this.set(name, labels, value);
        };
        return within(READ_TIMEOUT_MS, read(set)).finally(() => {
          isOver = true;
        });
      },
    });
  }

  /**
   * All metrics in Prometheus' text format 0.0.4. Those who ask while they are being read are told the same: gauges that are
   * looked up are absent meanwhile.
   */
  text(): Promise<string> {
    this.#beingRead ??= this.#read().finally(() => {
      this.#beingRead = undefined;
    });
    return this.#beingRead;
  }

  async #read(): Promise<string> {
    await Promise.all(
      this.#readers.map(async ({ names, read }) => {
        this.#forget(names);
        await read().catch(() => this.#forget(names));
      }),
    );
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #create(name: string, { kind, help, labels, buckets }: MetricDefinition): Counter | Gauge | Histogram {
    const options = { name, help, labelNames: Object.keys(labels), registers: [this.#registry] };
    if (kind === "gauge") {
      const created = new Gauge(options);
      forget(created, labels);
      return created;
    }
    if (kind === "histogram") return new Histogram({ ...options, buckets: [...buckets] });
    const created = new Counter(options);
    // From the start: Prometheus sees an increase only of what it has seen before.
    for (const combination of combinationsOf(labels)) created.inc(combination, 0);
    return created;
  }

  #forget(names: readonly string[]): void {
    for (const name of names) forget(this.#metrics.get(name) as Gauge, this.#definitions[name]?.labels ?? {});
  }

  #bounded(name: string, labels: Record<string, string>): Record<string, string> {
    const known = this.#definitions[name]?.labels ?? {};
    return Object.fromEntries(
      Object.entries(known).map(([label, values]) => {
        const value = labels[label] ?? OTHER;
        return [label, values.includes(value) ? value : OTHER];
      }),
    );
  }
}

/** Makes a gauge absent: 0 would be an answer. */
function forget(gauge: Gauge, labels: Labels): void {
  gauge.reset();
  if (Object.keys(labels).length === 0) gauge.remove();
}

/** The table of metrics for `--metrics` and docs/metrics.md, in Markdown. */
export function describeMetrics(definitions: MetricDefinitions): string {
  const rows = Object.entries(definitions).map(([name, { kind, help, labels }]) => {
    const told = Object.entries(labels).map(([label, values]) => `\`${label}\`: ${values.join(", ")}`);
    return `| \`${name}\` | ${kind} | ${help} | ${told.join("; ")} |`;
  });
  return ["| metric | type | meaning | labels |", "|---|---|---|---|", ...rows].join("\n");
}

function combinationsOf(labels: Labels): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (all, [label, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), ms);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
