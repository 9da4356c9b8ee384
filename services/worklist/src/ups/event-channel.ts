import type { DataSet } from "@redspot/dicom";
import type {
  GlobalSubscription,
  InitialReport,
  Subscriptions,
  UpsWorkitem,
  WorkitemEvent,
  Workitems,
} from "@redspot/queue";
import { eventReport, stateReport, statusReport } from "./event-report.ts";
import { type MatchingKey, matches } from "./matching.ts";
import { readSearch } from "./search.ts";
import { workitemDataSet } from "./workitem-data-set.ts";

/** One end of a WebSocket, as far as it is needed here. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes that were handed over and are not on their way yet. */
  readonly bufferedAmount: number;
  on(event: "close" | "error", listener: () => void): unknown;
}

interface ChannelDependencies {
  workitems: Pick<Workitems, "get" | "scan">;
  subscriptions: Pick<Subscriptions, "all" | "single" | "materialise">;
  onError: (error: unknown) => void;
}

/** Who takes in no more than this is cut off: it comes back, and sees how things stand. */
const MOST_BUFFERED_BYTES = 8 * 1024 * 1024;

/** Events are gathered for so long: who is subscribed is looked up once for all of them. */
const GATHER_MS = 50;

/** When initial reports wait for the connection to take them in. */
const ENOUGH_BUFFERED_BYTES = 256 * 1024;
const WAIT_MS = 20;

/**
 * Notification connections (PS3.18 8.10.4): each Application Entity that has opened one is told of what it is subscribed
 * to, on each of its connections. What happens while it has none it is not told (PS3.4 CC.2.4.3).
 */
export class EventChannel {
  readonly #dependencies: ChannelDependencies;
  readonly #sockets = new Map<string, Set<Socket>>();
  /** Events are told in the order in which they came, each when it is known whom it concerns. */
  #last: Promise<void> = Promise.resolve();
  readonly #telling = new Set<Promise<void>>();
  /** Events to which those that come now are added. */
  #gathered: WorkitemEvent[] | undefined;

  constructor(dependencies: ChannelDependencies) {
    this.#dependencies = dependencies;
  }

  get connections(): number {
    return [...this.#sockets.values()].reduce((sum, sockets) => sum + sockets.size, 0);
  }

  /** Takes a connection over. Its first report is an SCP Status Change: there may be some that were missed. */
  open(title: string, socket: Socket): void {
    const sockets = this.#sockets.get(title) ?? new Set();
    this.#sockets.set(title, sockets.add(socket));
    const left = () => {
      sockets.delete(socket);
      if (sockets.size === 0) this.#sockets.delete(title);
    };
    socket.on("close", left);
    socket.on("error", left);
    socket.send(JSON.stringify(statusReport("RESTARTED")));
  }

  /** Tells all that there may be events which they were not told of, as at the beginning of a connection. */
  mayHaveMissed(): void {
    for (const title of this.#sockets.keys()) this.#send(title, statusReport("RESTARTED"));
  }

  /** Tells, soon, of what happened to a workitem. */
  event(event: WorkitemEvent): void {
    if (this.#gathered !== undefined) {
      this.#gathered.push(event);
      return;
    }
    const events = [event];
    this.#gathered = events;
    const gathering = new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    this.#then(async () => {
      await gathering;
      if (this.#gathered === events) this.#gathered = undefined;
      const subscribers = await this.#dependencies.subscriptions.all();
      if (subscribers.size === 0) return;
      for (const one of events) await this.#tell(one, subscribers).catch(this.#dependencies.onError);
    });
  }

  async #tell(event: WorkitemEvent, subscribers: ReadonlyMap<string, readonly GlobalSubscription[]>): Promise<void> {
    const workitem = await this.#dependencies.workitems.get(event.workitem);
    if (workitem === undefined) return;
    const report = eventReport(event, workitem);
    for (const [title, rules] of subscribers) {
      if (await this.#isSubscribed(title, rules, workitem, event)) this.#send(title, report);
    }
  }

  /** Tells a new subscriber how things stand (PS3.4 CC.2.4.3). */
  initial({ title, workitem: workitemUID, state }: InitialReport): void {
    if (!this.#sockets.has(title)) return;
    // What happens after it is told after it.
    this.#gathered = undefined;
    this.#then(async () => {
      const { workitems } = this.#dependencies;
      if (workitemUID !== undefined) {
        const workitem = await workitems.get(workitemUID);
        if (workitem) this.#send(title, stateReport(workitem, state ?? workitem.state));
      } else {
        const telling = this.#tellAll(title).catch(this.#dependencies.onError);
        this.#telling.add(telling);
        void telling.then(() => this.#telling.delete(telling));
      }
    });
  }

  /** How every workitem stands, as fast as the connection takes it in; what happens meanwhile is told too. */
  async #tellAll(title: string): Promise<void> {
    const { workitems, subscriptions } = this.#dependencies;
    const rules = (await subscriptions.all()).get(title) ?? [];
    for (const which of ["open", "awaited", "done"] as const) {
      for await (const workitem of workitems.scan({ which })) {
        while ([...(this.#sockets.get(title) ?? [])].some((one) => one.bufferedAmount > ENOUGH_BUFFERED_BYTES)) {
          await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
        }
        if (!this.#sockets.has(title)) return;
        const event: WorkitemEvent = {
          type: 1,
          workitem: workitem.workitemUID,
          study: workitem.studyInstanceUID,
          state: workitem.state,
          number: Infinity,
        };
        if (await this.#isSubscribed(title, rules, workitem, event)) {
          this.#send(title, stateReport(workitem, workitem.state));
        }
      }
    }
  }

  /**
   * Whether an Application Entity is subscribed to a workitem: by what it said of this one, else by the first of its
   * global subscriptions that the workitem is in. One that a filter has matched once, before or after the event, stays.
   */
  async #isSubscribed(
    title: string,
    rules: readonly GlobalSubscription[],
    workitem: UpsWorkitem,
    { was, number }: WorkitemEvent,
  ): Promise<boolean> {
    const { subscriptions } = this.#dependencies;
    const single = await subscriptions.single(title, workitem.workitemUID);
    if (single !== undefined) return single.lock !== "none" && number > single.number;
    for (const { number: before, ends = Infinity, filter, lock } of rules) {
      if (workitem.scheduledAt >= ends || number <= before) continue;
      if (filter === undefined) return true;
      const states = was === undefined ? [workitem.state] : [workitem.state, was];
      if (states.some((state) => isIn(filter, { ...workitem, state: state as UpsWorkitem["state"] }))) {
        await subscriptions.materialise(title, workitem.workitemUID, lock);
        return true;
      }
    }
    return false;
  }

  #send(title: string, report: DataSet): void {
    const text = JSON.stringify(report);
    for (const socket of this.#sockets.get(title) ?? []) {
      if (socket.bufferedAmount > MOST_BUFFERED_BYTES) socket.close(1013, "too slow");
      else socket.send(text);
    }
  }

  #then(tell: () => Promise<void>): void {
    this.#last = this.#last.then(tell).catch(this.#dependencies.onError);
  }

  /** Tells all that the service goes down, and ends the connections; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    const text = JSON.stringify(statusReport("GOING DOWN"));
    for (const sockets of this.#sockets.values()) {
      for (const socket of sockets) {
        socket.send(text);
        socket.close(1001, "going down");
      }
    }
    this.#sockets.clear();
    await Promise.all([this.#last, ...this.#telling]);
  }
}

/** Whether a workitem matches the filter of a subscription, of which matching keys of the PACS are none. */
function isIn(filter: string, workitem: UpsWorkitem): boolean {
  const dataSet = workitemDataSet(workitem, { instances: [], retrieveUrl: "" });
  return filterKeys(filter).every((key) => matches(dataSet, key));
}

/** The matching keys of a filter (PS3.18 11.10.1.2): attributes and values by "=", separated by commas. Throws UpsFailure. */
export function filterKeys(filter: string): readonly MatchingKey[] {
  const pairs = filter.split(/,(?=[\w.]+=)/).map((pair) => /^([\w.]+)=(.*)$/.exec(pair)?.slice(1) ?? [pair, ""]);
  return readSearch(Object.fromEntries(pairs)).keys;
}
