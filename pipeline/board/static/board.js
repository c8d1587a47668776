// The page: takes the server's events into its state, and draws what changed, at most once a frame.

import { forgetCalls, showCalls } from "./calls.js";
import { showHour } from "./chart.js";
import { setText } from "./dom.js";
import { number } from "./format.js";
import { refreshAges, showCharges, showFigures, showRejects, showSites } from "./panels.js";
import { follow } from "./stream.js";
import { firstLanguage, speak, text } from "./texts.js";

const SECTIONS = ["warehouse", "hour", "charges", "sites", "rejects", "lag"];
const ANNOUNCE_MILLISECONDS = 30_000;
const state = { calls: new Map() };
const dirty = new Set();
let connection = "connecting";
let serverAhead = 0; // seconds that the server's clock is before this one
let paused = false;
let scheduled = false;
let newCalls = 0;

const place = (id) => document.getElementById(id);
const now = () => Date.now() / 1000 + serverAhead;

const DRAW = {
  calls: (first) => {
    showCalls(place("calls"), state.calls, !first);
    place("no-calls").hidden = state.calls.size > 0;
  },
  hour: () => showHour(place("hour"), state.hour),
  charges: () => showCharges(place("charges"), state.charges),
  sites: () => showSites(place("sites"), state.sites, now()),
  rejects: () => showRejects(place("rejects"), state.rejects),
};
let drawnBefore = false;

function take(name, data) {
  if (name === "beat") {
    serverAhead = data.now - Date.now() / 1000;
    return;
  }
  if (name === "snapshot") {
    for (const section of SECTIONS) if (section in data) state[section] = data[section];
    if (data.calls) state.calls = new Map(data.calls.map((call) => [call.call_id, kept(call)]));
    [...SECTIONS, "calls"].forEach((section) => dirty.add(section));
  } else if (name === "call") {
    if (!state.calls.has(data.call_id)) newCalls += 1;
    state.calls.set(data.call_id, data);
    dirty.add("calls");
  } else if (name === "gone") {
    state.calls.delete(data.call_id);
    dirty.add("calls");
  } else {
    state[name] = data;
    dirty.add(name);
  }
  schedule();
}

/** After a snapshot, calls that are as they were stay the same objects and are not drawn again. */
function kept(call) {
  const known = state.calls.get(call.call_id);
  return known && JSON.stringify(known) === JSON.stringify(call) ? known : call;
}

function schedule() {
  if (scheduled || paused) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    draw();
  });
}

function draw() {
  for (const section of dirty) if (state[section]) DRAW[section]?.(!drawnBefore);
  if ([...dirty].some((section) => section !== "calls")) showFigures(place("figures"), state);
  drawnBefore ||= state.calls.size > 0;
  dirty.clear();
  showProblem();
}

function showProblem() {
  const problem = state.warehouse?.problem ?? "";
  const wasHidden = place("problem").hidden;
  place("problem").hidden = !problem;
  setText(place("problem"), problem ? text("warehouseAway", problem) : "");
  if (!problem && !wasHidden) announce(text("warehouseBack"));
}

function announce(words) {
  setText(place("announcement"), words);
}

function tell(found) {
  connection = found;
  showConnection();
}

function showConnection() {
  const shown = connection === "live" && paused ? "paused" : connection;
  place("connection").dataset.state = shown;
  setText(place("connection"), text(shown));
}

function drawAll() {
  forgetCalls();
  [...SECTIONS, "calls"].forEach((section) => dirty.add(section));
  draw();
  showFigures(place("figures"), state);
  showConnection();
  place("pause").textContent = text(paused ? "resume" : "pause");
}

function choose(language) {
  speak(language);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  drawAll();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    localStorage.setItem("language", button.dataset.language);
    choose(button.dataset.language);
  });
}
place("pause").addEventListener("click", () => {
  paused = !paused;
  place("pause").setAttribute("aria-pressed", String(paused));
  place("pause").textContent = text(paused ? "resume" : "pause");
  showConnection();
  if (!paused) schedule();
});
setInterval(() => {
  if (!paused) refreshAges(place("sites"), now());
}, 1000);
setInterval(() => {
  if (newCalls && !paused) announce(text("newCalls", number(newCalls)));
  newCalls = 0;
}, ANNOUNCE_MILLISECONDS);

choose(firstLanguage());
follow("/events", ["beat", "snapshot", "call", "gone", ...SECTIONS], take, tell);
