// The words of the page in both languages.

import { formatIn, languageInUse } from "./format.js";

const TEXTS = {
  en: {
    title: "Live board", skip: "Skip to the calls", language: "Language", details: "Charges, sites and rejects",
    pause: "Pause", resume: "Resume", figures: "Figures",
    connecting: "Connecting …", live: "Live", lost: "Connection lost, trying again …", paused: "Paused",
    warehouseAway: "The warehouse cannot be asked: {0}", warehouseBack: "The warehouse answers again.",
    newCalls: "New calls: {0}",
    callsHour: "Calls, last hour", legsHour: "Legs, last hour", chargesToday: "Charges today", sitesWell: "Sites without trouble",
    ofSites: "{0} of {1}", rejectedLines: "Unreadable lines", lag: "Messages waiting", lagHint: "worker {0}, sink {1}",
    lastHour: "Last hour", legs: "Legs", callsPerMinute: "Calls", minute: "Minute", asTable: "As a table",
    chartLabel: "{0} legs and {1} calls ended in the last hour; most in one minute: {2} legs, at {3}",
    perMinute: "per minute", now: "now", minutesAgo: "60 min ago",
    calls: "Calls", callsHint: "The 50 calls that ended last, the newest first. Open one for its story.", noCalls: "No calls yet.",
    charges: "Charges today", noCharges: "No charges yet today.", payer: "Payer", carrier: "Carrier", amount: "Amount",
    chargesCaption: "Counted charges of today by currency, paying site and carrier", more: "and {0} more",
    sites: "Sites", noSites: "No site has given a sign of life yet.", site: "Site", state: "State", lastCdr: "Last CDR", behind: "Bytes behind",
    sitesCaption: "State and newest CDR of each site", never: "none yet",
    rejects: "Lines that could not be read", noRejects: "None.", reason: "Reason", place: "Place", when: "Tried",
    rejectsCaption: "The newest lines that could not be read", all: "{0} in all, the newest:",
    unknown: "unknown", to: "to", from: "from", via: "via", talk: "Talk", ring: "Ring", leg: "Leg", legsOf: "{0} legs", oneLeg: "1 leg",
    transfers: "{0} transfers", transfer: "1 transfer", conference: "conference", incomplete: "{0} legs missing", project: "project {0}",
    started: "started", connected: "connected", ended: "ended", transferred: "transferred", transferredBy: "by {0}", transferredAt: "at {0}",
    notCounted: "not counted", charge: "Charge", chargePaidBy: "paid by {0}", over: "over {0}", hiddenLegs: "{0} more legs are not shown",
    result: "result of a transfer", token: "Token", tokenHint: "The value of token in section [board] of the configuration.",
    enter: "Open the board", wrongToken: "That is not the token.",
    answered: "answered", script: "script", busy: "busy", no_answer: "no answer", rejected: "rejected",
    answered_elsewhere: "answered elsewhere", abandoned: "abandoned", failed: "failed",
    incoming: "incoming", outgoing: "outgoing", internal: "internal", transit: "transit",
    ok: "ok", silent: "silent", unreadable: "unreadable", no_file: "no file", away: "away", state_behind: "behind",
    source_link: "told by the other site", source_aoc: "advice of charge", source_lcr: "least-cost routing", source_rated: "rated by tariff",
  },
  de: {
    title: "Live-Tafel", skip: "Zu den Gesprächen", language: "Sprache", details: "Kosten, Standorte und Fehler",
    pause: "Anhalten", resume: "Fortsetzen", figures: "Zahlen",
    connecting: "Verbindet …", live: "Live", lost: "Verbindung verloren, neuer Versuch …", paused: "Angehalten",
    warehouseAway: "Die Datenbank ist nicht erreichbar: {0}", warehouseBack: "Die Datenbank antwortet wieder.",
    newCalls: "Neue Gespräche: {0}",
    callsHour: "Gespräche, letzte Stunde", legsHour: "Teilstrecken, letzte Stunde", chargesToday: "Kosten heute", sitesWell: "Standorte ohne Störung",
    ofSites: "{0} von {1}", rejectedLines: "Unlesbare Zeilen", lag: "Wartende Nachrichten", lagHint: "Worker {0}, Sink {1}",
    lastHour: "Letzte Stunde", legs: "Teilstrecken", callsPerMinute: "Gespräche", minute: "Minute", asTable: "Als Tabelle",
    chartLabel: "{0} Teilstrecken und {1} Gespräche endeten in der letzten Stunde; die meisten in einer Minute: {2} Teilstrecken, um {3}",
    perMinute: "je Minute", now: "jetzt", minutesAgo: "vor 60 min",
    calls: "Gespräche", callsHint: "Die 50 zuletzt beendeten Gespräche, das neueste zuerst. Aufklappen zeigt den Verlauf.", noCalls: "Noch keine Gespräche.",
    charges: "Kosten heute", noCharges: "Heute noch keine Kosten.", payer: "Zahler", carrier: "Leitung", amount: "Betrag",
    chargesCaption: "Gezählte Kosten von heute nach Währung, zahlendem Standort und Leitung", more: "und {0} weitere",
    sites: "Standorte", noSites: "Noch kein Standort hat sich gemeldet.", site: "Standort", state: "Zustand", lastCdr: "Letzter CDR", behind: "Bytes offen",
    sitesCaption: "Zustand und neuester CDR je Standort", never: "noch keiner",
    rejects: "Unlesbare Zeilen", noRejects: "Keine.", reason: "Grund", place: "Stelle", when: "Versucht",
    rejectsCaption: "Die neuesten unlesbaren Zeilen", all: "Insgesamt {0}, die neuesten:",
    unknown: "unbekannt", to: "an", from: "von", via: "über", talk: "Gespräch", ring: "Klingeln", leg: "Teilstrecke", legsOf: "{0} Teilstrecken", oneLeg: "1 Teilstrecke",
    transfers: "{0} Weiterleitungen", transfer: "1 Weiterleitung", conference: "Konferenz", incomplete: "{0} Teilstrecken fehlen", project: "Projekt {0}",
    started: "begonnen", connected: "verbunden", ended: "beendet", transferred: "weitergeleitet", transferredBy: "von {0}", transferredAt: "um {0}",
    notCounted: "nicht gezählt", charge: "Kosten", chargePaidBy: "zahlt {0}", over: "über {0}", hiddenLegs: "{0} weitere Teilstrecken werden nicht gezeigt",
    result: "Ergebnis einer Weiterleitung", token: "Kennwort", tokenHint: "Der Wert von token im Abschnitt [board] der Konfiguration.",
    enter: "Tafel öffnen", wrongToken: "Das ist nicht das Kennwort.",
    answered: "angenommen", script: "Skript", busy: "besetzt", no_answer: "nicht angenommen", rejected: "abgewiesen",
    answered_elsewhere: "anderswo angenommen", abandoned: "aufgelegt", failed: "gescheitert",
    incoming: "ankommend", outgoing: "abgehend", internal: "intern", transit: "Transit",
    ok: "in Ordnung", silent: "still", unreadable: "unlesbar", no_file: "keine Datei", away: "weg", state_behind: "im Rückstand",
    source_link: "vom anderen Standort gemeldet", source_aoc: "Gebührenimpuls", source_lcr: "Least-Cost-Routing", source_rated: "nach Tarif",
  },
};

/** The words of a key, with values in place of {0}, {1} …; a key without words stands for itself. */
export function text(key, ...values) {
  const words = Object.hasOwn(TEXTS.en, key) ? TEXTS[languageInUse()][key] : key;
  return words.replace(/\{(\d)\}/g, (_, at) => values[at]);
}

/** The languages there are. */
export const LANGUAGES = Object.keys(TEXTS);

/** The language that the reader chose last, else the one that the server took from the browser's wishes. */
export function firstLanguage() {
  const chosen = localStorage.getItem("language");
  return LANGUAGES.includes(chosen) ? chosen : document.documentElement.lang;
}

/** Puts the whole page into a language. */
export function speak(language) {
  formatIn(language);
  document.documentElement.lang = language;
  document.title = `${text("title")} – swyx-cdr`;
  for (const part of document.querySelectorAll("[data-text]")) part.textContent = text(part.dataset.text);
  for (const part of document.querySelectorAll("[data-label]")) part.setAttribute("aria-label", text(part.dataset.label));
}
