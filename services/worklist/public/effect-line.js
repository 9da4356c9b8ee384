import { element } from "./elements.js";
import { clockTime, counted, duration } from "./words.js";

/** A minute or more is worth telling. */
const WORTH_TELLING = 1;

const minutes = (number) => duration(Math.round(number) * 60);

/**
 * What the order of today has won and lost against first come, first served: in a sentence, and on demand in figures.
 *
 * @param {any} effect of GET /reading-list/effect
 */
export function effectLine({ since, byClass: { flagged, notFlagged }, leftOut }) {
  const rows = [
    ["Suspected fractures", flagged],
    ["All others", notFlagged],
  ].map(([name, { studies, minutesWonMean, minutesWonMax, minutesLostMax }]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      element("td", {}, String(studies)),
      element("td", {}, minutesWonMean === null ? "–" : difference(minutesWonMean)),
      element("td", {}, minutesWonMax < WORTH_TELLING ? "–" : minutes(minutesWonMax)),
      element("td", {}, minutesLostMax < WORTH_TELLING ? "–" : minutes(minutesLostMax)),
    ),
  );
  const head = ["Class", "Studies", "On average", "Most won", "Most lost"].map((name) =>
    element("th", { scope: "col" }, name),
  );
  const { pinned, backlog } = leftOut;
  return [
    element("summary", {}, sentence(flagged, notFlagged)),
    element(
      "div.more",
      {},
      element(
        "p",
        {},
        `Since ${clockTime(since)}: when studies were opened, beside when first come, first served would have opened them.`,
      ),
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)),
      element(
        "p.under",
        {},
        "Minutes that some win, others lose: together they are nothing. Readers choose too, and that is in the figures.",
      ),
      pinned + backlog > 0
        ? element(
            "p.under",
            {},
            `Not compared: ${counted(pinned, "study", "studies")} moved up by hand, ${backlog} of the backlog.`,
          )
        : undefined,
    ),
  ];
}

function sentence(flagged, notFlagged) {
  if (flagged.studies === 0 || flagged.minutesWonMean === null)
    return "Today: no suspected fracture has been opened yet";
  const others =
    notFlagged.minutesWonMean === null
      ? ""
      : `, ${counted(notFlagged.studies, "other")} ${difference(notFlagged.minutesWonMean)}`;
  return `Today: ${counted(flagged.studies, "suspected fracture")} opened ${difference(flagged.minutesWonMean)}${others}`;
}

function difference(won) {
  if (Math.abs(won) < WORTH_TELLING) return "at the same time";
  return `${minutes(Math.abs(won))} ${won > 0 ? "sooner" : "later"}`;
}
