/** Thrown where something is started after the end has begun. */
class Ended extends Error {
  override readonly name = "Ended";
}

/** What was started so far, and how to end it: filled as things start, so that it is right at any moment. */
export class Stops {
  readonly #stops: (() => Promise<void>)[] = [];
  #ending = false;

  /** Notes how to end what was just started; where the end has begun meanwhile, ends it and throws Ended. */
  async add(stop: () => Promise<void>): Promise<void> {
    if (this.#ending) {
      await stop();
      throw new Ended();
    }
    this.#stops.push(stop);
  }

  /** Ends everything, the last started first. */
  async all(): Promise<void> {
    this.#ending = true;
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }
}
