// Figures, charges, sites and rejects.

import { element, setText, table } from "./dom.js";
import { age, money, number, time } from "./format.js";
import { text } from "./texts.js";
import { total } from "./chart.js";

const LISTED_CHARGES = 12;

/** The row of figures on top. */
export function showFigures(place, state) {
  const { hour, charges, sites, rejects, lag } = state;
  const amounts = Object.entries(charges?.totals ?? {}).map(([currency, amount]) => rounded(amount, currency));
  const well = (sites ?? []).filter((site) => site.state === "ok").length;
  const found = [
    figure("calls", text("callsHour"), hour ? number(total(hour.calls)) : "–"),
    figure("legs", text("legsHour"), hour ? number(total(hour.legs)) : "–"),
    figure("charges", text("chargesToday"), ...(amounts.length ? amounts : ["–"])),
    figure(sites && well < sites.length ? "bad" : "sites", text("sitesWell"), sites?.length ? text("ofSites", number(well), number(sites.length)) : "–"),
    figure(rejects?.count ? "warn" : "rejects", text("rejectedLines"), rejects ? number(rejects.count) : "–"),
    lag ? figure("lag", text("lag"), number(lag.worker + lag.sink),
      element("small", {}, text("lagHint", number(lag.worker), number(lag.sink)))) : null,
  ];
  place.replaceChildren(...found.filter((one) => one !== null));
}

function figure(kind, name, ...values) {
  return element("div", { class: `figure ${kind}`, "data-figure": kind }, element("dt", {}, name), ...values.map((value) => element("dd", {}, value)));
}

/** Charges of today by currency, paying site and carrier. */
export function showCharges(place, charges) {
  const listed = charges.rows.slice(0, LISTED_CHARGES);
  const rows = listed.map((row) => [row.payer_site || text("unknown"), carrier(row), number(row.legs), rounded(row.amount, row.currency)]);
  const columns = [{ text: text("payer") }, { text: text("carrier") }, { text: text("legs"), number: true }, { text: text("amount"), number: true }];
  const left = charges.count - listed.length;
  fill(place, rows.length ? table(text("chargesCaption"), columns, rows) : empty("noCharges"),
    left > 0 ? element("p", { class: "hint" }, text("more", number(left))) : null);
}

/** Sums are shown to the cent, so that they stand below each other; the exact one is the element's value. */
function rounded(amount, currency) {
  return element("data", { value: `${amount} ${currency}` }, money(amount, currency, 2));
}

function carrier(row) {
  const trunk = row.trunk || text("unknown");
  return row.carrier_site === row.payer_site ? trunk : `${row.carrier_site}: ${trunk}`;
}

/** The sites with the age of their newest CDR at `now`, seconds since 1970. */
export function showSites(place, sites, now) {
  const rows = sites.map((site) => [site.site, siteState(site), lastCdr(site, now), number(site.bytes_behind)]);
  const columns = [{ text: text("site") }, { text: text("state") }, { text: text("lastCdr"), number: true }, { text: text("behind"), number: true }];
  fill(place, rows.length ? table(text("sitesCaption"), columns, rows) : empty("noSites"));
}

function siteState(site) {
  const word = text(site.state === "behind" ? "state_behind" : site.state);
  return element("span", { class: `state ${site.state}` }, site.problem ? `${word}: ${site.problem}` : word);
}

function lastCdr(site, now) {
  if (site.last_cdr_at === null) return text("never");
  return element("span", { "data-since": site.last_cdr_at, title: time(site.last_cdr_at) }, age(site.last_cdr_at, now));
}

/** Ages go on while nothing else changes. */
export function refreshAges(place, now) {
  for (const part of place.querySelectorAll("[data-since]")) setText(part, age(Number(part.dataset.since), now));
}

/** The newest lines that could not be read. */
export function showRejects(place, rejects) {
  const rows = rejects.newest.map((row) => [
    `${row.source_file}:${row.source_offset}`, element("span", { title: row.detail }, row.reason), time(row.rejected_at),
  ]);
  const columns = [{ text: text("place") }, { text: text("reason") }, { text: text("when"), number: true }];
  fill(place, rows.length ? element("p", { class: "hint" }, text("all", number(rejects.count))) : null,
    rows.length ? table(text("rejectsCaption"), columns, rows) : empty("noRejects"));
}

function empty(key) {
  return element("p", { class: "empty" }, text(key));
}

function fill(place, ...parts) {
  place.replaceChildren(place.querySelector("h2"), ...parts.filter((part) => part !== null));
}
