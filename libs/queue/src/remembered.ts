/**
 * What was made of texts lately: the last so many, and of those before them what was asked for since, at most as many
 * again. For what takes longer to make than to look up.
 */
export class Remembered<T> {
  readonly #most: number;
  #recent = new Map<string, T>();
  #before = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(text: string): T | undefined {
    const recent = this.#recent.get(text);
    if (recent !== undefined) return recent;
    const before = this.#before.get(text);
    if (before !== undefined) this.set(text, before);
    return before;
  }

  set(text: string, made: T): void {
    if (this.#recent.size >= this.#most) {
      this.#before = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(text, made);
  }
}
