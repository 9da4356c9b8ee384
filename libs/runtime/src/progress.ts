import cliProgress from "cli-progress";

const PLAIN_LINE_EVERY = 10_000;

/** One bar at a time, with an estimate of what is left: drawn on a terminal, a line now and then anywhere else. */
export function progressOn(stream: NodeJS.WriteStream): {
  show(name: string, done: number, of: number): void;
  end(): void;
} {
  let bar: cliProgress.SingleBar | undefined;
  let current: string | undefined;
  let started = 0;
  let spoken = 0;
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;

  const begin = (name: string, of: number) => {
    bar?.stop();
    current = name;
    started = spoken = performance.now();
    if (!stream.isTTY) return;
    const format = `${name.padEnd(28)} {bar} {value}/{total}  {duration_formatted}, {eta_formatted} left`;
    bar = new cliProgress.SingleBar({ stream, format, etaBuffer: 50 }, cliProgress.Presets.shades_classic);
    bar.start(of, 0);
  };
  const speak = (name: string, done: number, of: number) => {
    const now = performance.now();
    if (done < of && now - spoken < PLAIN_LINE_EVERY) return;
    spoken = now;
    const left = seconds(((now - started) / Math.max(1, done)) * (of - done));
    stream.write(`${name}: ${done}/${of}, ${seconds(now - started)}, about ${left} left\n`);
  };
  return {
    show(name, done, of) {
      if (name !== current) begin(name, of);
      if (bar) bar.update(done);
      else speak(name, done, of);
    },
    end: () => bar?.stop(),
  };
}
