// One call: its line in the list, and its story below that.

import { drawn, element } from "./dom.js";
import { country, duration, money, number, time } from "./format.js";
import { text } from "./texts.js";

/** The line of a call: when, who with whom, where, how it ended, how long, how much. */
export function headline(call) {
  const amounts = Object.entries(call.amounts).map(([currency, amount]) => money(amount, currency));
  return [
    element("time", { class: "when", datetime: iso(call.ended_at) }, time(call.ended_at)),
    element("span", { class: "who" },
      party(call.origination_number, call.origination_name), " ",
      element("span", { class: "callee" }, arrow(), party(call.destination_number, call.destination_name))),
    element("span", { class: "where" }, `${call.sites.join(" › ")} · ${text(call.direction)}${extras(call)}`),
    element("span", { class: `disposition ${call.disposition}` }, text(call.disposition)),
    element("span", { class: "long" }, element("span", { class: "hidden" }, text("talk")), duration(call.talk_seconds)),
    element("span", { class: "cost" }, amounts.join(" + ")),
  ];
}

function extras(call) {
  const found = [
    call.leg_count > 1 ? text("legsOf", number(call.leg_count)) : null,
    call.transfer_count ? (call.transfer_count === 1 ? text("transfer") : text("transfers", number(call.transfer_count))) : null,
    call.conference ? text("conference") : null,
    call.missing_call_ids.length ? text("incomplete", number(call.missing_call_ids.length)) : null,
  ];
  return found.filter((part) => part !== null).map((part) => ` · ${part}`).join("");
}

function party(numberWritten, name) {
  const shown = numberWritten || (name ? null : text("unknown"));
  return element("span", { class: "party" }, name ? element("b", {}, name) : null, name && shown ? " " : null, shown ? element("span", { class: "digits" }, shown) : null);
}

function arrow() {
  return element("span", { class: "arrow", role: "img", "aria-label": text("to") }, "→");
}

/** The story of a call: its legs in order. */
export function story(call) {
  const hiddenLegs = call.leg_count - call.legs.length;
  const facts = [
    `${text("ring")} ${duration(call.ring_seconds)}`, `${text("talk")} ${duration(call.talk_seconds)}`, call.disconnect_reason,
    call.destination_country ? country(call.destination_country) : "", call.project_number ? text("project", call.project_number) : "",
  ];
  return [
    element("p", { class: "facts" }, facts.filter(Boolean).join(" · ")),
    element("ol", { class: "legs" }, ...call.legs.map((leg) => element("li", {}, ...legLines(leg, call)))),
    hiddenLegs > 0 ? element("p", { class: "hint" }, text("hiddenLegs", number(hiddenLegs))) : null,
  ].filter((part) => part !== null);
}

function legLines(leg, call) {
  const moments = [["started", leg.started_at], ["connected", leg.connected_at], ["ended", leg.ended_at]];
  const taker = leg.destination_number ? party(leg.destination_number, leg.destination_name) : party(leg.called_number, leg.called_name);
  return [
    element("p", { class: "leg" },
      element("span", { class: "site" }, leg.site), " ", party(leg.origination_number, leg.origination_name), device(leg.origination_device),
      " ", arrow(), taker, device(leg.destination_device), " ",
      element("span", { class: `disposition ${leg.disposition}` }, text(leg.disposition))),
    timeLine(leg, call),
    element("p", { class: "moments" }, moments.filter(([, at]) => at !== null).map(([key, at]) => `${text(key)} ${time(at)}`).join(" · ")),
    transferLine(leg),
    chargeLine(leg.charge),
  ].filter((part) => part !== null);
}

function device(name) {
  return name ? element("span", { class: "device" }, ` (${name})`) : null;
}

function transferLine(leg) {
  if (!leg.is_result && leg.transferred_at === null) return null;
  const by = [leg.transferred_by_name, leg.transferred_by_number].filter(Boolean).join(" ");
  const parts = [text(leg.is_result ? "result" : "transferred"), by ? text("transferredBy", by) : null, leg.transferred_at === null ? null : text("transferredAt", time(leg.transferred_at))];
  return element("p", { class: "transfer" }, parts.filter((part) => part !== null).join(" "));
}

function chargeLine(charge) {
  if (charge === null) return null;
  const payer = [charge.payer_name, charge.payer_number].filter(Boolean).join(" ") || text("unknown");
  const parts = [
    text(`source_${charge.source}`), text("over", `${charge.carrier_site}: ${charge.trunk || text("unknown")}`),
    text("chargePaidBy", `${payer}, ${charge.payer_site}`), charge.counted ? null : text("notCounted"),
  ];
  return element("p", { class: charge.counted ? "charge" : "charge uncounted" },
    element("b", {}, money(charge.amount, charge.currency)), ` ${parts.filter((part) => part !== null).join(" · ")}`);
}

/** The leg on the time line of its call: what rang thin, what talked thick. The same stands below in words. */
function timeLine(leg, call) {
  const [from, to] = [Math.min(call.started_at, leg.started_at), Math.max(call.ended_at, call.started_at + 1)];
  const at = (moment) => (1000 * (Math.min(moment, to) - from)) / (to - from);
  const ended = leg.ended_at ?? leg.started_at;
  const part = (kind, first, last, y, height) => drawn("rect", { class: kind, x: at(first), y, width: Math.max(3, at(last) - at(first)), height });
  return drawn("svg", { class: "line", viewBox: "0 0 1000 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("rect", { class: "track", x: 0, y: 3.5, width: 1000, height: 1 }),
    part("ringing", leg.started_at, leg.connected_at ?? ended, 2, 4),
    leg.connected_at === null ? "" : part("talking", leg.connected_at, ended, 0, 8));
}

function iso(seconds) {
  return new Date(seconds * 1000).toISOString();
}
