import { activationControls } from "./activation-controls.js";
import { actsOn } from "./acts.js";
import { effect, session, signOut, studyHistory } from "./api.js";
import { appearanceChoice } from "./appearance.js";
import { DetailView } from "./detail-view.js";
import { effectLine } from "./effect-line.js";
import { Findings } from "./findings.js";
import { HelpDialog } from "./help-dialog.js";
import { ListSource } from "./list-source.js";
import { announce, hasNextPage, sayNothing, summarise, tellWaiting } from "./list-summary.js";
import { ListView } from "./list-view.js";
import { hearChanges } from "./live.js";
import { Notices } from "./notices.js";
import { People } from "./people.js";
import { listenToKeys } from "./shortcuts.js";
import { signInForm } from "./sign-in-form.js";
import { UndoLine } from "./undo-line.js";
import { askWhy } from "./why-dialog.js";
import { clockTime, personName } from "./words.js";

const EFFECT_EVERY_MS = 60_000;

/** @param {string} id */
const part = (id) => document.querySelector(`#${id}`);

/** What the page knows beside what its parts know. */
const state = {
  /** @type {any} the last answer of GET /reading-list */
  list: undefined,
  /** Milliseconds by which the service's clock is ahead of the browser's. */
  clockOffset: 0,
  selected: "",
  /** Where on the page the selection goes when the list is shown next; unless given, it stays with its study. */
  next: undefined,
  /** @type {any} the selected study's line, also when it is not on the page any more */
  line: undefined,
  /** @type {any[] | "away" | undefined} */
  history: undefined,
  /** What the selected study's line told when its history was read. */
  historyOf: "",
  me: "",
  mayWork: false,
  /** Whether the list was read before; if not, a refusal is no end of a session. */
  wasIn: false,
  stopHearing: undefined,
  /** Whether changes of the list are heard of. */
  isHearing: false,
};

const source = new ListSource({ onList: show, onError: explain });
const people = new People({ onKnown: identify, onPacs: tellPacs });
const findings = new Findings();
const notices = new Notices(part("notices"));
const undoLine = new UndoLine(part("undo"), () => void source.load({ asked: true }));
const help = new HelpDialog();
const listView = new ListView(part("rows"), {
  onSelect: select,
  onOpen: open,
  onWaiting: tellWaiting,
  onShown: settle,
  onSeen: (study) => controls.isOn() && void showActivation(study),
});
const controls = activationControls((on) => on && listView.studies.forEach((study) => void showActivation(study)));
const detailView = new DetailView(part("detail"), controls.node, act);
const signingIn = signInForm(part("door"), enter);
appearanceChoice(part("appearance"));

const serviceNow = () => Date.now() + state.clockOffset;
const nameOf = (line) => {
  const { patientName, patientID } = people.get(line.studyInstanceUID) ?? {};
  return patientName ?? patientID ?? `study …${line.studyInstanceUID.slice(-8)}`;
};

// --- the list --------------------------------------------------------------------------------------------------------

function show(list, { asked, done }) {
  const before = state.list;
  state.list = list;
  state.wasIn = true;
  state.clockOffset = Date.parse(list.asOf) - Date.now();
  const lines = list.workitems;
  notices.say("list", undefined);
  tellConnection();
  document.body.dataset.state = lines.length === 0 ? "empty" : "list";
  summarise(list, { done, now: serviceNow() });
  const selected = lines.find((line) => line.studyInstanceUID === state.selected);
  // What became of a study that is not here any more, its history tells.
  if (!selected) state.historyOf = "";
  state.line = selected ?? state.line;
  listView.show(lines, { me: state.me, asked });
  void refreshDetail();
  if (before && !asked) announce(before, list);
  void people.ask(lines.map((line) => line.studyInstanceUID));
}

/** Rows stand where they belong: something is selected, if there is anything. */
function settle() {
  const { studies } = listView;
  for (const study of studies) listView.row(study)?.identify(people.get(study));
  listView.tick(serviceNow());
  const { next, line, selected } = state;
  state.next = undefined;
  if (next !== undefined) select(studies[next] ?? studies.at(-1) ?? "");
  else if (!line) select(studies.includes(selected) ? selected : (studies[0] ?? ""));
}

// --- names from the PACS ---------------------------------------------------------------------------------------------

function identify(study) {
  listView.row(study)?.identify(people.get(study));
  if (study === state.selected) void refreshDetail();
}

function tellPacs(answers) {
  notices.say("pacs", answers ? undefined : "The PACS does not answer: names are missing. The order is not affected.");
}

// --- the selected study ----------------------------------------------------------------------------------------------

function select(study) {
  state.selected = study;
  state.line = listView.row(study)?.line;
  state.history = undefined;
  state.historyOf = "";
  listView.select(study);
  if (state.line) void refreshDetail();
  else detailView.clear("");
}

async function refreshDetail() {
  const { line, selected } = state;
  if (!line) return;
  draw();
  await Promise.all([
    findings.of(line).then(() => selected === state.selected && draw()),
    // Something has happened to the study only if its line has changed.
    state.historyOf === toldBy(line)
      ? undefined
      : studyHistory(selected).then(
          ({ events }) => remember(selected, events, toldBy(line)),
          () => remember(selected, state.history ?? "away"),
        ),
  ]);
}

const toldBy = ({ waitingSeconds, position, ...told }) => JSON.stringify(told);

function remember(study, history, of = "") {
  if (study !== state.selected) return;
  state.history = history;
  state.historyOf = of;
  draw();
}

function draw() {
  const { line, me, mayWork, history } = state;
  if (!line) return;
  const identity = people.get(line.studyInstanceUID);
  const hasViewer = state.list?.hasViewer ?? false;
  detailView.show(line, { me, mayWork, hasViewer, identity, finding: findings.get(line), history });
}

function open(study) {
  if (study !== state.selected) select(study);
  if (detailView.viewer) detailView.viewer.click();
  else undoLine.failed("there is no way to the PACS viewer from here");
}

async function showActivation(study) {
  const row = listView.row(study);
  if (!row?.line.tellingInstance) return;
  const { sopInstanceUID } = row.line.tellingInstance;
  const finding = await findings.of(row.line);
  const instance = finding?.instances.find((one) => one.sopInstanceUID === sopInstanceUID);
  if (instance?.analysed) row.showActivation(instance);
}

// --- work ------------------------------------------------------------------------------------------------------------

let busy = false;

/** Does something with the selected study. */
async function act(name, index = 0) {
  const { line } = state;
  if (!line || busy) return;
  if (!state.mayWork) return undoLine.failed("you may read the list, but not work on it");
  const acts = actsOn(line, state.me);
  const one = name === "disagree" ? acts.disagree[index] : acts[name];
  if (!one) return undoLine.failed(whyNot(name, line));
  const why = one.asksWhy ? await askWhy(nameOf(line)) : undefined;
  if (one.asksWhy && why === undefined) return;
  busy = true;
  try {
    const fresh = await one.run(why);
    undoLine.done({ said: `${one.said}: ${nameOf(line)}`, undo: one.undo });
    if (one.leaves) state.next = listView.studies.indexOf(line.studyInstanceUID);
    else if (fresh?.studyInstanceUID === state.selected) state.line = { ...line, ...fresh };
  } catch (error) {
    undoLine.refused(error);
  }
  busy = false;
  await source.load({ asked: true });
  listView.row(state.selected)?.node.scrollIntoView({ block: "nearest" });
  await tellEffect();
}

function whyNot(name, line) {
  if (name === "disagree") return "there is no finding to disagree with";
  if (line.takenBy) return `${personName(line.takenBy, state.me)} is reading this study`;
  return "the study is done; reopen it first";
}

let effectTold = "";

async function tellEffect() {
  const answer = await effect().catch(() => undefined);
  const line = part("effect");
  line.hidden = answer === undefined;
  const told = JSON.stringify({ ...answer, asOf: undefined });
  if (!answer || told === effectTold) return;
  effectTold = told;
  line.replaceChildren(...effectLine(answer).filter(Boolean));
}

// --- what is wrong ---------------------------------------------------------------------------------------------------

function explain(error) {
  if (error.code === "UNAUTHORIZED") return leave();
  const asOf = state.list ? ` What is shown is as of ${clockTime(state.list.asOf)}.` : "";
  notices.say("list", `${error.message}.${asOf} Trying again.`);
  connection("lost", state.list ? `Not live since ${clockTime(state.list.asOf)}` : "Not connected");
  if (state.list) document.body.dataset.state = "stale";
  else part("state").textContent = "The reading list is not there yet.";
}

/** Live is what has its list and hears of changes. */
function tellConnection() {
  if (!state.list) connection("connecting", "Connecting");
  else if (state.isHearing) connection("live", "Live");
  else connection("lost", "Connection lost, trying again");
}

function connection(kind, text) {
  part("connection").dataset.state = kind;
  part("connection-text").textContent = text;
}

/** Whoever looked may not look any more: everything about studies is put away. */
function leave() {
  stop();
  people.forget();
  listView.clear();
  detailView.clear("");
  undoLine.clear();
  sayNothing();
  for (const id of ["list", "views", "sign-out", "effect"]) part(id).hidden = true;
  part("who").textContent = "";
  for (const about of ["list", "pacs"]) notices.say(about, undefined);
  document.body.dataset.state = "signed-out";
  connection("off", state.wasIn ? "Session ended" : "Signed out");
  signingIn.show(state.wasIn ? "ended" : "first");
  state.list = undefined;
  // Whoever comes back finds the same study selected.
  state.line = undefined;
}

// --- keys, clock, start ----------------------------------------------------------------------------------------------

function step(by) {
  const { studies } = listView;
  const index = studies.indexOf(state.selected) + by;
  if (index >= studies.length && hasNextPage()) return turn(1);
  const study = studies[Math.min(Math.max(index, 0), studies.length - 1)];
  if (study !== undefined) listView.moveTo(study);
}

function view(done) {
  part("to-read").toggleAttribute("aria-current", false);
  part("done").toggleAttribute("aria-current", false);
  part(done ? "done" : "to-read").setAttribute("aria-current", "page");
  state.next = 0;
  void source.show(done);
}

function turn(direction) {
  state.next = 0;
  part("scroller").scrollTop = 0;
  void source.turn(direction);
}

function refresh() {
  listView.apply({ asked: true });
  void source.load({ asked: true });
}

listenToKeys(
  {
    next: () => step(1),
    previous: () => step(-1),
    first: () => step(Number.NEGATIVE_INFINITY),
    last: () => listView.moveTo(listView.studies.at(-1) ?? ""),
    open: () => open(state.selected),
    take: () => void act("take"),
    complete: () => void act("complete"),
    disagree: () => void act("disagree"),
    pin: () => void act("pin"),
    undo: () => void undoLine.undo(),
    activation: () => controls.toggle(),
    stronger: () => controls.step(1),
    fainter: () => controls.step(-1),
    refresh,
    toRead: () => view(false),
    done: () => view(true),
    pageForward: () => part("page-forward").click(),
    pageBack: () => part("page-back").click(),
    help: () => help.open(),
  },
  {
    isListFocused: () => listView.hasFocus || document.activeElement === document.body,
    areSingleKeysOn: () => help.areSingleKeysOn,
  },
);

part("to-read").addEventListener("click", () => view(false));
part("done").addEventListener("click", () => view(true));
part("waiting").addEventListener("click", refresh);
part("page-forward").addEventListener("click", () => turn(1));
part("page-back").addEventListener("click", () => turn(-1));
part("help").addEventListener("click", () => help.open());
part("sign-out").addEventListener("click", async () => {
  await signOut();
  location.reload();
});
setInterval(() => listView.tick(serviceNow()), 1000);
setInterval(() => state.list && !document.hidden && void tellEffect(), EFFECT_EVERY_MS);

/** Somebody has signed in: the keys are theirs at once. */
async function enter() {
  await start();
  listView.row(state.selected)?.focus();
}

async function start() {
  stop();
  part("state").textContent = "Loading the reading list …";
  document.body.dataset.state = "loading";
  for (const id of ["list", "views"]) part(id).hidden = false;
  tellConnection();
  state.stopHearing = hearChanges({
    onChange: () => source.changed(),
    onState: (isHearing) => {
      state.isHearing = isHearing;
      tellConnection();
    },
  });
  // Without an answer the list's own says why.
  const { open: isOpen = false, name = null, scopes = [] } = await session().catch(() => ({}));
  state.me = name ?? "";
  state.mayWork = scopes.includes("work");
  part("who").textContent = personName(state.me, "");
  part("sign-out").hidden = !isOpen;
  await source.start();
  if (state.list) await tellEffect();
}

function stop() {
  source.stop();
  state.stopHearing?.();
  state.stopHearing = undefined;
}

void start();
