/** How much lies between the listener and the reports: what the door goes by. */
export interface Load {
  /** Studies that wait for their analysis or for the PACS, in the longer of the two queues. */
  waiting: number;
  /** For how many milliseconds the one that is next has waited. */
  longestWaitMs: number;
  /** Bytes that the spool still takes. */
  room: number;
}

interface DoorOptions {
  look: () => Promise<Load>;
  /** Closes above these, and opens again below four fifths of them. */
  mostWaiting: number;
  longestWaitMs: number;
  /** Closes where there is no room at all, and opens again where there is so much. */
  roomToOpen: number;
  everyMs: number;
  /** Told when it closes, and when it opens. */
  onChange: (isOpen: boolean, load: Load) => void;
  onError: (error: unknown) => void;
}

const OPENS_BELOW = 0.8;

const SHORTEST_RETRY_SECONDS = 10;
const LONGEST_RETRY_SECONDS = 600;

/**
 * Back-pressure at the door: a slow PACS, a slow network or a full spool must end in senders that wait with what they
 * have, not in a spool that bursts. It closes late and opens early enough that it does not flutter in between: a PACS that
 * is sent away comes again, but its studies are on no reading list until then.
 */
export class Door {
  readonly #options: DoorOptions;
  readonly #timer: NodeJS.Timeout;
  #isOpen = true;
  #load: Load | undefined;
  #drainedPerSecond = 0;
  #lookedAt = 0;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), options.everyMs).unref();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** When to come again: by when, at the rate of late, so much is done that the door opens. */
  get retryAfterSeconds(): number {
    const left = (this.#load?.waiting ?? 0) - OPENS_BELOW * this.#options.mostWaiting;
    const seconds = this.#drainedPerSecond > 0 ? Math.ceil(left / this.#drainedPerSecond) : LONGEST_RETRY_SECONDS;
    const tooMany = left > 0 ? seconds : SHORTEST_RETRY_SECONDS;
    return Math.min(Math.max(tooMany, SHORTEST_RETRY_SECONDS), LONGEST_RETRY_SECONDS);
  }

  /** Looks how much there is to do. Where that cannot be known, the door stays as it is. */
  async look(now: number = performance.now()): Promise<void> {
    try {
      const load = await this.#options.look();
      const seconds = (now - this.#lookedAt) / 1000;
      if (this.#load && seconds > 0) this.#drainedPerSecond = (this.#load.waiting - load.waiting) / seconds;
      this.#load = load;
      this.#lookedAt = now;
      const isOpen = this.#shouldBeOpen(load);
      if (isOpen === this.#isOpen) return;
      this.#isOpen = isOpen;
      this.#options.onChange(isOpen, load);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #shouldBeOpen({ waiting, longestWaitMs, room }: Load): boolean {
    const { mostWaiting, longestWaitMs: longest, roomToOpen } = this.#options;
    const share = this.#isOpen ? 1 : OPENS_BELOW;
    const enoughRoom = this.#isOpen ? room > 0 : room >= roomToOpen;
    return enoughRoom && waiting <= share * mostWaiting && longestWaitMs <= share * longest;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
