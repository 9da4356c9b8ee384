import { isAgreement, VERDICTS } from "./acts.js";
import { element } from "./elements.js";
import { clockTime, outcomeWords, personName } from "./words.js";

/** What each event of GET /studies/:study/history means. */
const EVENTS = {
  arrived: () => "Arrived",
  found: ({ outcome, afterOpening }) =>
    `Finding: ${outcomeWords(outcome).text.toLowerCase()}${afterOpening ? ", when the study was open already: its place stayed" : ""}`,
  reported: () => "Report stored in the PACS",
  "not-reported": () => "Report could not be stored",
  live: () => "Came out of the backlog: the PACS sent it again",
  grown: () => "A new image arrived after it was completed: to be read again",
  take: () => "Taken",
  release: () => "Put back",
  complete: () => "Completed",
  withdraw: () => "Withdrawn",
  reopen: () => "Reopened",
  pin: () => "Moved up",
  unpin: () => "Moved back",
  disagree: ({ verdict }, outcome) =>
    `${isAgreement({ verdict, outcome }) ? "Agreed" : "Disagreed"}: ${VERDICTS[verdict] ?? verdict}`,
  agree: () => "Verdict taken back",
};

/**
 * What has happened to a study, the latest first.
 *
 * @param {{ event: string, at: string, by?: string, why?: string }[]} events
 * @param {string} me
 */
export function historyList(events, me) {
  return element(
    "ol.history",
    {},
    ...events.toReversed().map((event, fromLast) => {
      const before = events.slice(0, events.length - 1 - fromLast);
      const found = before.findLast((one) => one.event === "found");
      const words = EVENTS[event.event]?.(event, found?.outcome) ?? event.event;
      const by = event.by === undefined ? "" : ` by ${personName(event.by, me)}`;
      return element(
        "li",
        {},
        element("time", { datetime: event.at }, clockTime(event.at)),
        element("span", {}, `${words}${by}`, event.why ? element("span.under", {}, `“${event.why}”`) : undefined),
      );
    }),
  );
}
