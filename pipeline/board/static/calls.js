// The list of calls: every call has one place in it, changes there, and leaves it when it ceases to exist.

import { element } from "./dom.js";
import { headline, story } from "./story.js";

const LISTED = 50;
const places = new Map(); // call_id → {item, call}

/** Brings the list to the calls given (call_id → call), the newest first. Open stories stay open. */
export function showCalls(list, calls, highlight) {
  const wanted = [...calls.values()].sort(newestFirst).slice(0, LISTED);
  const ids = new Set(wanted.map((call) => call.call_id));
  for (const [callId, { item }] of places) {
    if (!ids.has(callId)) {
      item.remove();
      places.delete(callId);
    }
  }
  wanted.forEach((call, at) => {
    const item = itemOf(call, highlight);
    if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
  });
}

/** All words anew, e.g. in another language. */
export function forgetCalls() {
  for (const place of places.values()) place.call = null;
}

function itemOf(call, highlight) {
  const known = places.get(call.call_id);
  if (known?.call === call) return known.item;
  const item = known?.item ?? newItem(call);
  places.set(call.call_id, { item, call });
  item.querySelector("summary").replaceChildren(...headline(call));
  if (item.firstChild.open) tellStory(item, call);
  if (highlight && known?.call !== null) flash(item);
  return item;
}

function newItem(call) {
  const details = element("details", {}, element("summary"), element("div", { class: "story" }));
  const item = element("li", { "data-call": call.call_id }, details);
  details.addEventListener("toggle", () => {
    if (details.open) tellStory(item, places.get(call.call_id)?.call ?? call);
  });
  return item;
}

function tellStory(item, call) {
  item.querySelector(".story").replaceChildren(...story(call));
}

function flash(item) {
  item.classList.remove("changed");
  void item.offsetWidth; // so that the animation begins again
  item.classList.add("changed");
}

function newestFirst(one, other) {
  return other.ended_at - one.ended_at || other.started_at - one.started_at || (one.call_id < other.call_id ? -1 : 1);
}
