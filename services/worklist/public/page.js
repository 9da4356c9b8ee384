import { activationControls } from "./activation-controls.js";
import { patients, readingList, session, signOut, studyDetail } from "./api.js";
import { DetailView } from "./detail-view.js";
import { element } from "./elements.js";
import { ListView } from "./list-view.js";
import { hearChanges } from "./live.js";
import { signInForm } from "./sign-in.js";
import { clockTime, duration } from "./words.js";

const PAGE = 100;
const PATIENTS_AT_A_TIME = 50;

/** @param {string} id */
const part = (id) => document.querySelector(`#${id}`);

/** What the page knows. Names are kept here only, as long as the page is open. */
const state = {
  limit: PAGE,
  /** @type {any} the last answer of GET /reading-list */
  list: undefined,
  /** Milliseconds by which the service's clock is ahead of the browser's. */
  clockOffset: 0,
  identities: new Map(),
  /** Details by study and revision. */
  details: new Map(),
  selected: "",
  stopHearing: undefined,
};

const listView = new ListView(part("rows"), select);
const controls = activationControls(showActivations);
const detailView = new DetailView(part("detail"), controls.node);
const signingIn = signInForm(start);
detailView.clear();

const serviceNow = () => Date.now() + state.clockOffset;

// --- what is wrong, said once each -----------------------------------------------------------------------------------

const notices = new Map();

function notice(name, text) {
  if (notices.get(name) === text) return;
  if (text === undefined) notices.delete(name);
  else notices.set(name, text);
  part("notices").replaceChildren(...[...notices.values()].map((line) => element("p.notice", {}, line)));
}

function connection(kind, text) {
  part("connection").dataset.state = kind;
  part("connection-text").textContent = text;
}

// --- the list --------------------------------------------------------------------------------------------------------

const RETRY_MS = 3_000;

let loading = false;
let again = false;
let retry;

/** Asks for the list; calls that come meanwhile are one more question afterwards. */
async function load() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  try {
    show(await readingList(state.limit));
    notice("list", undefined);
  } catch (error) {
    explain(error);
  }
  loading = false;
  if (again) {
    again = false;
    await load();
  }
}

function explain(error) {
  if (error.code === "UNAUTHORIZED") {
    stop();
    part("list").hidden = true;
    part("sign-out").hidden = true;
    connection("off", "Signed out");
    notice("list", undefined);
    signingIn.show();
    return;
  }
  const stand = state.list ? ` What is shown is as of ${clockTime(state.list.asOf)}.` : "";
  notice("list", `${error.message}.${stand} Trying again.`);
  if (!state.list) part("state").textContent = "The reading list is not there yet.";
  clearTimeout(retry);
  retry = setTimeout(load, RETRY_MS);
}

function show(list) {
  const before = state.list;
  state.list = list;
  state.clockOffset = Date.parse(list.asOf) - Date.now();
  part("list").hidden = false;
  const lines = list.workitems;
  part("table").hidden = lines.length === 0;
  part("state").textContent =
    lines.length === 0 ? "Nothing to read. Studies appear here as soon as the PACS sends them." : "";
  part("order").textContent = orderInWords(list.headStartMinutes);
  part("more").hidden = list.total <= lines.length;
  part("demonstration").hidden = !lines.some((line) => line.model && line.model.intendedUse !== "clinical");
  const flagged = lines.filter((line) => line.priority === "HIGH").length;
  part("counts").textContent = countsInWords(list.total, flagged, lines);
  document.title = `${flagged > 0 ? `(${flagged}) ` : ""}Reading list - Redspot`;
  listView.show(lines, () => {
    listView.tick(serviceNow());
    for (const line of lines)
      listView.row(line.studyInstanceUID)?.identify(state.identities.get(line.studyInstanceUID));
    if (!listView.studies.includes(state.selected)) select(listView.studies[0] ?? "");
    else void refreshDetail();
    if (controls.isOn()) void showActivations(true);
  });
  if (before) announce(before, list);
  void identify(lines.map((line) => line.studyInstanceUID));
}

function orderInWords(headStartMinutes) {
  return headStartMinutes > 0
    ? `First come, first served, with a head start of ${duration(headStartMinutes * 60)} for a suspected fracture.`
    : "First come, first served.";
}

function countsInWords(total, flagged, lines) {
  const waiting = lines.filter((line) => line.outcome === null).length;
  const parts = [`${total} ${total === 1 ? "study" : "studies"}`];
  if (flagged > 0) parts.push(`${flagged} with suspected fracture`);
  if (waiting > 0) parts.push(`${waiting} awaiting analysis`);
  return parts.join(" · ");
}

/** Tells those who do not see the rows move. */
function announce(before, after) {
  const known = new Set(before.workitems.map((line) => line.studyInstanceUID));
  const fresh = after.workitems.filter((line) => !known.has(line.studyInstanceUID)).length;
  const wasHigh = new Set(
    before.workitems.filter((line) => line.priority === "HIGH").map((line) => line.studyInstanceUID),
  );
  const raised = after.workitems.filter(
    (line) => line.priority === "HIGH" && !wasHigh.has(line.studyInstanceUID),
  ).length;
  const parts = [];
  if (fresh > 0) parts.push(`${fresh} new ${fresh === 1 ? "study" : "studies"}`);
  if (raised > 0) parts.push(`${raised} raised to high priority`);
  if (parts.length > 0) part("announcer").textContent = `${parts.join(", ")}.`;
}

// --- names from the PACS ---------------------------------------------------------------------------------------------

async function identify(studies) {
  const missing = studies.filter((study) => !state.identities.has(study));
  for (let from = 0; from < missing.length; from += PATIENTS_AT_A_TIME) {
    try {
      const answer = await patients(missing.slice(from, from + PATIENTS_AT_A_TIME));
      for (const identity of answer.studies) {
        state.identities.set(identity.studyInstanceUID, identity);
        listView.row(identity.studyInstanceUID)?.identify(identity);
      }
      notice(
        "pacs",
        answer.pacs === "away" ? "The PACS does not answer: names are missing. The order is not affected." : undefined,
      );
    } catch {
      // The list's own answer tells what is wrong with the service.
      return;
    }
  }
  await refreshDetail();
}

// --- the selected study ----------------------------------------------------------------------------------------------

function select(study) {
  state.selected = study;
  listView.select(study);
  if (study === "") detailView.clear();
  else void refreshDetail();
}

async function refreshDetail() {
  const study = state.selected;
  const line = listView.row(study)?.line;
  if (!line) return;
  detailView.show(line, state.identities.get(study), state.details.get(keyOf(line)));
  const detail = await detailOf(line);
  if (detail && state.selected === study) detailView.show(line, state.identities.get(study), detail);
}

const keyOf = (line) => `${line.studyInstanceUID} ${line.revision ?? 0}`;

/** Details of a finding, which never change once a revision has one. */
async function detailOf(line) {
  if (line.outcome === null) return undefined;
  const key = keyOf(line);
  const known = state.details.get(key);
  if (known) return known;
  const detail = await studyDetail(line.studyInstanceUID).catch(() => undefined);
  if (detail?.finding) state.details.set(key, detail);
  return detail;
}

// --- activation maps -------------------------------------------------------------------------------------------------

async function showActivations(on) {
  if (!on) return;
  for (const study of [...listView.studies]) {
    const row = listView.row(study);
    const telling = row?.line.tellingInstance;
    if (!telling) continue;
    const detail = await detailOf(row.line);
    const instance = detail?.finding?.instances.find((one) => one.sopInstanceUID === telling.sopInstanceUID);
    if (instance?.analysed) row.showActivation(instance);
  }
}

// --- keys, clock, start ----------------------------------------------------------------------------------------------

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

part("rows").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = STEPS[event.key];
  const studies = listView.studies;
  if (step !== undefined) {
    const next = studies[Math.min(Math.max(studies.indexOf(state.selected) + step, 0), studies.length - 1)];
    if (next === undefined) return;
    event.preventDefault();
    select(next);
    listView.row(next)?.focus();
    listView.row(next)?.node.scrollIntoView({ block: "nearest" });
  } else if (event.key === "a" || event.key === "A") {
    controls.toggle();
  } else if (event.key === "o" || event.key === "O") {
    part("detail").querySelector("a.open")?.click();
  }
});

part("rows").addEventListener("focusin", (event) => {
  const study = event.target.closest("tr")?.dataset.study;
  if (study && study !== state.selected) select(study);
});

part("more").addEventListener("click", () => {
  state.limit = Math.min(state.limit + PAGE, 500);
  void load();
});

part("sign-out").addEventListener("click", async () => {
  await signOut();
  location.reload();
});

setInterval(() => listView.tick(serviceNow()), 1000);

function start() {
  part("state").textContent = "Loading the reading list …";
  part("list").hidden = false;
  stop();
  state.stopHearing = hearChanges({
    onChange: load,
    onState: (live) => (live ? connection("live", "Live") : connection("lost", "Connection lost, trying again")),
  });
  void load();
  session().then(
    ({ open }) => {
      part("sign-out").hidden = !open;
    },
    () => undefined,
  );
}

function stop() {
  clearTimeout(retry);
  state.stopHearing?.();
  state.stopHearing = undefined;
}

start();
