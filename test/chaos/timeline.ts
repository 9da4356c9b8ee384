import { appendFileSync } from "node:fs";

/** What happened when, in seconds from the beginning of the run: to a file, and to whoever wants to read along. */
export class Timeline {
  readonly #file: string;
  readonly #say: (line: string) => void;
  readonly #startedAt = performance.now();

  constructor(file: string, say: (line: string) => void = () => {}) {
    this.#file = file;
    this.#say = say;
  }

  tell(what: string): void {
    const line = `${((performance.now() - this.#startedAt) / 1000).toFixed(2).padStart(8)} s  ${what}`;
    appendFileSync(this.#file, `${line}\n`);
    this.#say(line);
  }
}
