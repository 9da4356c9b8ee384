import cliProgress from "cli-progress";

/** Where the demo talks to people: animated on a terminal, plain lines anywhere else. */
export interface ConsoleOutput {
  say(text?: string): void;
  /** Says what is being waited for, and how long it took. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Shows how far several things have come, each out of `total`. */
  bars(names: readonly string[], total: number): Bars;
}

export interface Bars {
  update(values: readonly number[]): void;
  stop(): void;
}

/** How often a log file gets a line while bars move. */
const plainLineEveryMilliseconds = 5000;

export function consoleOutput(stream: NodeJS.WriteStream): ConsoleOutput {
  const say = (text = "") => void stream.write(`${text}\n`);
  return {
    say,
    async step(name, work) {
      const started = performance.now();
      const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
      const line = (state: string) => `  ${name.padEnd(44)} ${state}`;
      const show = () => stream.write(`\r${line(`${seconds()} s`)}`);
      const timer = stream.isTTY ? setInterval(show, 100) : undefined;
      try {
        const result = await work();
        clearInterval(timer);
        say(`${stream.isTTY ? "\r" : ""}${line(`ready, ${seconds()} s`)}`);
        return result;
      } catch (error) {
        clearInterval(timer);
        say(`${stream.isTTY ? "\r" : ""}${line(`failed, ${seconds()} s`)}`);
        throw error;
      }
    },
    bars: (names, total) => (stream.isTTY ? animatedBars(stream, names, total) : plainBars(say, names, total)),
  };
}

function animatedBars(stream: NodeJS.WriteStream, names: readonly string[], total: number): Bars {
  const bars = new cliProgress.MultiBar(
    {
      stream,
      format: "  {name} {bar} {value}/{total}  {duration_formatted}",
      hideCursor: true,
      clearOnComplete: false,
    },
    cliProgress.Presets.shades_classic,
  );
  const each = names.map((name) => bars.create(total, 0, { name: name.padEnd(28) }));
  return {
    update(values) {
      values.forEach((value, index) => {
        each[index]?.update(value);
      });
    },
    stop: () => bars.stop(),
  };
}

function plainBars(say: (text: string) => void, names: readonly string[], total: number): Bars {
  let last: readonly number[] = [];
  let spoken = Number.NEGATIVE_INFINITY;
  const speak = () => say(`  ${names.map((name, index) => `${name} ${last[index] ?? 0}/${total}`).join(", ")}`);
  return {
    update(values) {
      last = [...values];
      if (performance.now() - spoken < plainLineEveryMilliseconds) return;
      spoken = performance.now();
      speak();
    },
    stop: speak,
  };
}
