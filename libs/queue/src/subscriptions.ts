import { EventEmitter } from "node:events";
import { keyOf, type Store } from "./connection.ts";
import { run, scriptOf } from "./script.ts";

/** Subscribed with or without Deletion Lock (PS3.4 CC.2.3.1). */
export type Lock = "lock" | "free";

/** A global subscription: to all workitems that were there when it ended, or will be; of a filtered one, those that match. */
export interface GlobalSubscription {
  lock: Lock;
  /** Milliseconds since 1970. */
  begins: number;
  /** When it was suspended: workitems that were made later are not in it. */
  ends?: number;
  /** Matching keys, as they came. */
  filter?: string;
}

/** What happened to a workitem, for those who are subscribed to it (PS3.4 Table CC.2.4-1). */
export interface WorkitemEvent {
  /** 1 State Report, 2 Cancel Requested, 3 Progress Report, 5 Assigned. */
  type: 1 | 2 | 3 | 5;
  workitem: string;
  study: string;
  state: string;
  /** The state before. */
  was?: string;
  words?: string;
}

/** An Application Entity has subscribed and is to be told how things stand: of one workitem, or of all. */
export interface InitialReport {
  title: string;
  workitem?: string;
}

type Events = { event: [WorkitemEvent]; initial: [InitialReport] };
export type WorkitemWatch = EventEmitter<Events> & { close(): Promise<void> };

const SUBSCRIPTION = scriptOf("subscription");

/** Who is subscribed to which workitems. */
export class Subscriptions {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async subscribe(title: string, workitemUID: string, lock: Lock): Promise<void> {
    await this.#change(title, "subscribe", workitemUID, lock);
    await this.#tell({ title, workitem: workitemUID });
  }

  /** Subscribes to all workitems, or to those that match. With lock, how all stand is told (PS3.4 CC.2.4.3). */
  async subscribeAll(title: string, lock: Lock, at: number, filter = ""): Promise<void> {
    await this.#change(title, "subscribeAll", "", lock, filter, at);
    if (lock === "lock") await this.#tell({ title });
  }

  /** Subscribes to one workitem because it matches a filter, unless the Application Entity has said otherwise. */
  async materialise(title: string, workitemUID: string, lock: Lock): Promise<void> {
    await this.#change(title, "materialise", workitemUID, lock);
  }

  async unsubscribe(title: string, workitemUID: string): Promise<void> {
    await this.#change(title, "unsubscribe", workitemUID);
  }

  /** False where there was no subscription at all. */
  async unsubscribeAll(title: string): Promise<boolean> {
    return this.#change(title, "unsubscribeAll");
  }

  /** False where there was no filtered one. What has matched until now stays subscribed. */
  async unsubscribeFiltered(title: string): Promise<boolean> {
    return this.#change(title, "unsubscribeFiltered");
  }

  /** Ends a global subscription for workitems to come; false where there is none. */
  async suspend(title: string, at: number, { filtered }: { filtered: boolean }): Promise<boolean> {
    return this.#change(title, "suspend", "", "free", filtered ? "filtered" : "", at);
  }

  /** The global subscriptions of all that have any subscription, by Application Entity Title. */
  async all(): Promise<Map<string, GlobalSubscription[]>> {
    const stored = await this.#store.redis.hgetall(keyOf(this.#store, "subscribers"));
    return new Map(Object.entries(stored).map(([title, rules]) => [title, rulesOf(rules)]));
  }

  /** What was said about single workitems, by an Application Entity: of those asked for, in their order. */
  async single(title: string, workitemUID: string): Promise<Lock | "none" | undefined> {
    const said = await this.#store.redis.hget(keyOf(this.#store, "subscribers", title), workitemUID);
    return (said ?? undefined) as Lock | "none" | undefined;
  }

  /** Tells of events and of new subscribers until closed. */
  async watch(): Promise<WorkitemWatch> {
    const subscriber = this.#store.redis.duplicate();
    const events = new EventEmitter<Events>();
    const [changes, initial] = [keyOf(this.#store, "workitem-events"), keyOf(this.#store, "workitem-subscribed")];
    await subscriber.subscribe(changes, initial);
    subscriber.on("message", (channel, message) => {
      if (channel === changes) events.emit("event", JSON.parse(message) as WorkitemEvent);
      else events.emit("initial", JSON.parse(message) as InitialReport);
    });
    subscriber.on("error", () => {
      // The connection restores itself.
    });
    return Object.assign(events, { close: async () => void (await subscriber.quit()) });
  }

  async #tell(report: InitialReport): Promise<void> {
    await this.#store.redis.publish(keyOf(this.#store, "workitem-subscribed"), JSON.stringify(report));
  }

  async #change(title: string, act: string, workitem = "", lock: Lock = "free", filter = "", at = 0): Promise<boolean> {
    return (await run(this.#store, SUBSCRIPTION, title, act, workitem, lock, filter, at)) === 1;
  }
}

function rulesOf(text: string): GlobalSubscription[] {
  const rules = JSON.parse(text) as (Omit<GlobalSubscription, "begins" | "ends"> & { begins: string; ends?: string })[];
  return rules.map(({ begins, ends, ...rule }) => ({
    ...rule,
    begins: Number(begins),
    ...(ends === undefined ? {} : { ends: Number(ends) }),
  }));
}
