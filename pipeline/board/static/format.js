// Numbers, money and times as the reader writes them. Money comes and stays as decimal text.

let language = "en";
let locale = "en";
const made = new Map();

/** From now on in this language: by the reader's own locale if that is one of the language, e.g. de-AT. */
export function formatIn(wanted) {
  language = wanted;
  locale = (navigator.languages ?? []).find((name) => name.toLowerCase().startsWith(wanted)) ?? wanted;
  made.clear();
}

function intl(Kind, options) {
  const key = Kind.name + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Kind(locale, options));
  return made.get(key);
}

/** A whole number. */
export function number(value) {
  return intl(Intl.NumberFormat, {}).format(value);
}

/** Decimal text with its currency: rounded to so many decimals, else with all that it has, at least two. */
export function money(amount, currency, wanted = null) {
  const decimals = wanted ?? (/\.(\d*?)0*$/.exec(amount)?.[1] ?? "").length;
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: Math.max(2, decimals) };
  if (/^[A-Z]{3}$/.test(currency)) return intl(Intl.NumberFormat, { style: "currency", currency, ...digits }).format(amount);
  return `${intl(Intl.NumberFormat, digits).format(amount)} ${currency}`;
}

/** The time of an instant (seconds since 1970) in the reader's time zone, with the day unless that is today. */
export function time(seconds) {
  const instant = new Date(seconds * 1000);
  const sameDay = instant.toDateString() === new Date().toDateString();
  return intl(Intl.DateTimeFormat, sameDay ? { timeStyle: "medium" } : { dateStyle: "short", timeStyle: "medium" }).format(instant);
}

/** Hours and minutes of an instant. */
export function minute(seconds) {
  return intl(Intl.DateTimeFormat, { timeStyle: "short" }).format(new Date(seconds * 1000));
}

/** How long: 0:07, 12:34, 1:02:03. */
export function duration(seconds) {
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** How long ago an instant was. */
export function age(seconds, now) {
  const ago = Math.max(0, Math.floor(now - seconds));
  const [length, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]].find(([size]) => ago >= size) ?? [1, "second"];
  return intl(Intl.RelativeTimeFormat, { style: "short" }).format(-Math.floor(ago / length), unit);
}

/** The name of a country by its ISO 3166 code. */
export function country(code) {
  return /^[A-Z]{2}$/.test(code) ? intl(Intl.DisplayNames, { type: "region" }).of(code) : code;
}

/** The language in use. */
export function languageInUse() {
  return language;
}
