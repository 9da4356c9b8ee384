import { Agent, get } from "node:http";

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
  const streamAgent = new Agent({ keepAlive: true, maxSockets: streams });
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
    get(`${url}/reading-list/events`, { agent: streamAgent, headers }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        for (const _ of text.matchAll(/^event: /gm)) onEvent();
      });
      response.on("close", () => {
        lost++;
      });
      opened++;
      if (opened === streams) process.send!("open");
    });
  }
});
process.on("disconnect", () => process.exit());

const events: number[] = [];
const pages: number[] = [];
let lost = 0;
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
