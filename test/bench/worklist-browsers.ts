import { Agent, get } from "node:http";
import { connect } from "node:net";

/** What the browsers are told to do. */
export interface Browsers {
  url: string;
  token: string;
  streams: number;
  /** Whether they ask for the first page when they hear of a change, at most once a second each, as the page does. */
  ask: boolean;
}

/** What they have heard, and how long they waited for pages, in milliseconds. */
export interface Heard {
  events: number;
  /** The browser that heard least. */
  fewest: number;
  lost: number;
  pages: number[];
}

const SPACING_MS = 1_000;
const EVENT = Buffer.from("\nevent: ");

/** A process of browsers: as many event streams as asked for, kept open until the parent asks what they heard. */
process.on("message", (message: Browsers | "heard") => {
  if (message === "heard") {
    process.send!({ events: sum(events), fewest: Math.min(...events), lost, pages } satisfies Heard);
    events.fill(0);
    pages.length = 0;
    return;
  }
  const { url, token, streams, ask } = message;
  const headers = { authorization: `Bearer ${token}` };
  const pageAgent = new Agent({ keepAlive: true, maxSockets: streams });
  let opened = 0;
  for (let browser = 0; browser < streams; browser++) {
    events.push(0);
    let due: NodeJS.Timeout | undefined;
    let askedAt = Number.NEGATIVE_INFINITY;
    const onEvent = () => {
      events[browser]! += 1;
      if (!ask || due !== undefined) return;
      due = setTimeout(
        () => {
          due = undefined;
          askedAt = performance.now();
          get(`${url}/reading-list`, { agent: pageAgent, headers }, (response) => {
            response.resume();
            response.on("end", () => pages.push(performance.now() - askedAt));
          });
        },
        Math.max(0, SPACING_MS - (performance.now() - askedAt)),
      );
    };
    listen(new URL(url), token, onEvent, () => {
      opened++;
      if (opened === streams) process.send!("open");
    });
  }
});
process.on("disconnect", () => process.exit());

/**
 * Keeps an event stream open and counts what comes: two hundred browsers have processors of their own, and are not to take
 * more than they must of those that are measured.
 */
function listen({ hostname, port }: URL, token: string, onEvent: () => void, onOpen: () => void): void {
  let isOpen = false;
  const socket = connect({
    host: hostname,
    port: Number(port),
    onread: {
      buffer,
      callback(length) {
        const received = buffer.subarray(0, length);
        if (!isOpen) {
          if (!received.toString("latin1").startsWith("HTTP/1.1 200 ")) throw new Error(received.toString("latin1"));
          isOpen = true;
          onOpen();
        }
        for (let at = received.indexOf(EVENT); at >= 0; at = received.indexOf(EVENT, at + EVENT.length)) onEvent();
        return true;
      },
    },
  });
  socket.write(`GET /reading-list/events HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${token}\r\n\r\n`);
  socket.on("close", () => {
    lost++;
  });
}

const buffer = Buffer.alloc(64 * 1024);
const events: number[] = [];
const pages: number[] = [];
let lost = 0;
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
