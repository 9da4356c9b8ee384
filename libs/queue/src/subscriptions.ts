import { EventEmitter } from "node:events";
import { keyOf, type Store } from "./connection.ts";
import { listenTo } from "./listen-to.ts";
import { run, scriptOf } from "./script.ts";

/** Subscribed with or without Deletion Lock (PS3.4 CC.2.3.1). */
export type Lock = "lock" | "free";

/** A global subscription: to all workitems that were there when it ended, or will be; of a filtered one, those that match. */
export interface GlobalSubscription {
  lock: Lock;
  /** The last event that was told before it was made. */
  number: number;
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
  /** Events are numbered as they happen. */
  number: number;
  /** The state before. */
  was?: string;
  words?: string;
}

/** An Application Entity has subscribed and is to be told how things stand: of one workitem, or of all. */
export interface InitialReport {
  title: string;
  workitem?: string;
  /** The workitem's state when it was subscribed to. */
  state?: string;
}

/** What an Application Entity has said of one workitem, and after which event. */
export interface SingleSubscription {
  lock: Lock | "none";
  number: number;
}

type Events = { event: [WorkitemEvent]; initial: [InitialReport]; resumed: [] };
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
  }

  /** Subscribes to all workitems, or to those that match. With lock, how all stand is told (PS3.4 CC.2.4.3). */
  async subscribeAll(title: string, lock: Lock, filter = ""): Promise<void> {
    await this.#change(title, "subscribeAll", "", lock, filter);
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
  async suspend(title: string, { filtered }: { filtered: boolean }): Promise<boolean> {
    return this.#change(title, "suspend", "", "free", filtered ? "filtered" : "");
  }

  /** The global subscriptions of all that have any subscription, by Application Entity Title. */
  async all(): Promise<Map<string, GlobalSubscription[]>> {
    const stored = await this.#store.redis.hgetall(keyOf(this.#store, "subscribers"));
    return new Map(Object.entries(stored).map(([title, rules]) => [title, rulesOf(rules)]));
  }

  /** What an Application Entity has said of a workitem by itself; undefined where nothing. */
  async single(title: string, workitemUID: string): Promise<SingleSubscription | undefined> {
    const said = await this.#store.redis.hget(keyOf(this.#store, "subscribers", title), workitemUID);
    if (said === null) return undefined;
    const [lock, number] = said.split(" ") as [SingleSubscription["lock"], string];
    return { lock, number: Number(number) };
  }

  /** Tells of events and of new subscribers until closed. Of those while the connection is away it does not: "resumed" says so. */
  async watch(): Promise<WorkitemWatch> {
    const events = new EventEmitter<Events>();
    const [changes, initial] = [keyOf(this.#store, "workitem-events"), keyOf(this.#store, "workitem-subscribed")];
    const close = await listenTo(this.#store, [changes, initial], {
      onMessage(channel, message) {
        if (channel === changes) events.emit("event", JSON.parse(message) as WorkitemEvent);
        else events.emit("initial", JSON.parse(message) as InitialReport);
      },
      onResumed: () => events.emit("resumed"),
    });
    return Object.assign(events, { close });
  }

  async #change(title: string, act: string, workitem = "", lock: Lock = "free", filter = ""): Promise<boolean> {
    return (await run(this.#store, SUBSCRIPTION, title, act, workitem, lock, filter)) === 1;
  }
}

function rulesOf(text: string): GlobalSubscription[] {
  const rules = JSON.parse(text) as (Omit<GlobalSubscription, "number" | "ends"> & { number: string; ends?: string })[];
  return rules.map(({ number, ends, ...rule }) => ({
    ...rule,
    number: Number(number),
    ...(ends === undefined ? {} : { ends: Number(ends) }),
  }));
}
