/**
 * Answers those who ask the same at the same time together, as two hundred pages do that have heard of one change. Nobody
 * is given an answer that was begun before they asked: whoever comes while one is being made shares the next.
 */
export class AskedTogether<T> {
  readonly #make: (question: string) => Promise<T>;
  readonly #underWay = new Map<string, Promise<T>>();
  readonly #next = new Map<string, Promise<T>>();

  constructor(make: (question: string) => Promise<T>) {
    this.#make = make;
  }

  /** Whether an answer to it is being made. */
  isAsked(question: string): boolean {
    return this.#underWay.has(question);
  }

  ask(question: string): Promise<T> {
    const before = this.#underWay.get(question);
    if (before === undefined) return this.#begin(question);
    let next = this.#next.get(question);
    if (next === undefined) {
      const begin = () => {
        this.#next.delete(question);
        return this.#begin(question);
      };
      next = before.then(begin, begin);
      this.#next.set(question, next);
    }
    return next;
  }

  #begin(question: string): Promise<T> {
    const answer = this.#make(question).finally(() => {
      if (this.#underWay.get(question) === answer) this.#underWay.delete(question);
    });
    this.#underWay.set(question, answer);
    return answer;
  }
}
