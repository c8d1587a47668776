// Legs and calls of the last hour as bars, and as a table for those who do not see them.

import { drawn, element, table } from "./dom.js";
import { minute, number } from "./format.js";
import { text } from "./texts.js";

const STEP = 10;
const BAR = 7;
const HEIGHT = 100;

/** Draws the hour into its place: {first, legs: [60], calls: [60]}. An open table stays open. */
export function showHour(place, hour) {
  const wasOpen = place.querySelector("details")?.open ?? false;
  const most = Math.max(1, ...hour.legs, ...hour.calls);
  const drawing = drawn("svg", {
    viewBox: `0 0 ${STEP * hour.legs.length} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": summary(hour),
  });
  hour.legs.forEach((legs, at) => {
    const moment = `${minute(hour.first + 60 * at)}: ${number(legs)} ${text("legs")}, ${number(hour.calls[at])} ${text("callsPerMinute")}`;
    drawing.append(drawn("g", {},
      drawn("title", {}, moment),
      bar("touch", at, most, most),
      bar("legs", at, legs, most),
      bar("calls", at, hour.calls[at], most)));
  });
  const rows = hour.legs.map((legs, at) => [minute(hour.first + 60 * at), number(legs), number(hour.calls[at])]).reverse();
  const columns = [{ text: text("minute") }, { text: text("legs"), number: true }, { text: text("callsPerMinute"), number: true }];
  place.replaceChildren(
    element("div", { class: "legend", "aria-hidden": "true" },
      element("span", { class: "key legs" }, text("legs")), element("span", { class: "key calls" }, text("callsPerMinute")),
      element("span", { class: "scale" }, `${number(most)} ${text("perMinute")}`)),
    drawing,
    element("div", { class: "axis", "aria-hidden": "true" },
      element("span", {}, text("minutesAgo")), element("span", {}, text("now"))),
    element("details", wasOpen ? { open: "" } : {},
      element("summary", {}, text("asTable")),
      element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text("lastHour") }, table(text("lastHour"), columns, rows))));
}

function bar(kind, at, value, most) {
  const height = Math.round((HEIGHT * value * 100) / most) / 100;
  return drawn("rect", { class: kind, x: STEP * at + (STEP - BAR) / 2, y: HEIGHT - height, width: BAR, height });
}

function summary(hour) {
  const most = hour.legs.indexOf(Math.max(...hour.legs));
  return text("chartLabel", number(total(hour.legs)), number(total(hour.calls)), number(hour.legs[most]), minute(hour.first + 60 * most));
}

/** The sum of counts. */
export function total(counts) {
  return counts.reduce((sum, count) => sum + count, 0);
}
