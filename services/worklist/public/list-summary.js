import { element } from "./elements.js";
import { symbol } from "./shapes.js";
import { counted, duration, thousands } from "./words.js";

/** @param {string} id */
const part = (id) => document.querySelector(`#${id}`);

/**
 * What stands around the rows: how much there is, in which order, which page of it is shown, and that it is a demonstration.
 *
 * @param {any} list of GET /reading-list
 * @param {{ done: boolean, now: number }} context `now` by the service's clock
 */
export function summarise(list, { done, now }) {
  const { workitems, total, headStartMinutes, counts } = list;
  part("state").textContent = workitems.length > 0 ? "" : emptyInWords(done);
  part("order").textContent = done ? "Read or withdrawn, the latest first." : orderInWords(headStartMinutes);
  part("table").setAttribute("aria-rowcount", String(total + 1));
  part("demonstration").hidden = !workitems.some((line) => line.model && line.model.intendedUse !== "clinical");
  tellCounts(counts, now);
  tellPages(list);
}

const emptyInWords = (done) =>
  done ? "Nothing has been read yet." : "Nothing to read. Studies appear here as soon as the PACS sends them.";

function orderInWords(headStartMinutes) {
  return headStartMinutes > 0
    ? `First come, first served, with a head start of ${duration(headStartMinutes * 60)} for a suspected fracture.`
    : "First come, first served.";
}

function tellCounts({ toRead, flagged, beingRead, done, oldestArrival }, now) {
  part("to-read-count").textContent = thousands(toRead);
  part("done-count").textContent = thousands(done);
  const parts = [];
  if (flagged > 0) parts.push(`${thousands(flagged)} with suspected fracture`);
  if (beingRead > 0) parts.push(`${thousands(beingRead)} being read`);
  if (oldestArrival) parts.push(`longest wait ${duration((now - Date.parse(oldestArrival)) / 1000)}`);
  part("counts").textContent = parts.join(" · ");
  document.title = `${flagged > 0 ? `(${flagged}) ` : ""}Reading list - Redspot`;
}

function tellPages({ total, offset, workitems }) {
  part("pages").hidden = total <= workitems.length;
  part("page-text").textContent =
    `${thousands(offset + 1)} to ${thousands(offset + workitems.length)} of ${thousands(total)}`;
  part("page-back").disabled = offset === 0;
  part("page-forward").disabled = offset + workitems.length >= total;
}

/** Whether the list has a page after the one that is shown. */
export const hasNextPage = () => !part("pages").hidden && !part("page-forward").disabled;

/** Changes of the order that wait. @param {{ count: number, flagged: number }} changes */
export function tellWaiting({ count, flagged }) {
  const button = part("waiting");
  button.hidden = count === 0;
  button.dataset.flagged = String(flagged > 0);
  button.replaceChildren(
    ...(flagged > 0 ? [symbol("HIGH")] : []),
    `${counted(count, "change")} waiting${flagged > 0 ? `, ${flagged} with suspected fracture` : ""} · Show`,
    element("kbd", { "aria-hidden": "true" }, "R"),
  );
}

/** Tells those who do not see the rows move. */
export function announce(before, after) {
  const known = new Set(before.workitems.map((line) => line.studyInstanceUID));
  const isHigh = (line) => line.priority === "HIGH";
  const wasHigh = new Set(before.workitems.filter(isHigh).map((line) => line.studyInstanceUID));
  const fresh = after.workitems.filter((line) => !known.has(line.studyInstanceUID)).length;
  const raised = after.workitems.filter((line) => isHigh(line) && !wasHigh.has(line.studyInstanceUID)).length;
  const parts = [];
  if (fresh > 0) parts.push(counted(fresh, "new study", "new studies"));
  if (raised > 0) parts.push(`${raised} raised to high priority`);
  if (parts.length > 0) part("announcer").textContent = `${parts.join(", ")}.`;
}

/** Takes away what was told of a list. */
export function sayNothing() {
  for (const id of ["counts", "to-read-count", "done-count"]) part(id).textContent = "";
  part("demonstration").hidden = true;
  document.title = "Reading list - Redspot";
}
