"""What reports say, in English and German. A column's heading stands under its name in CSV."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH, GERMAN = "en", "de"

_HEADINGS = {
    "day": ("day", "Tag"),
    "month": ("month", "Monat"),
    "hour": ("hour", "Stunde"),
    "started_at": ("date and time", "Datum und Uhrzeit"),
    "site": ("site", "Standort"),
    "other_site": ("other site", "anderer Standort"),
    "payer_site": ("site", "Standort"),
    "number": ("number", "Nummer"),
    "name": ("name", "Name"),
    "department": ("department", "Abteilung"),
    "cost_centre": ("cost centre", "Kostenstelle"),
    "project": ("project", "Projekt"),
    "direction": ("direction", "Richtung"),
    "carrier_site": ("carrier site", "Carrier-Standort"),
    "trunk": ("trunk", "Amtsleitung"),
    "destination": ("destination", "Ziel"),
    "destination_number": ("number called", "Zielnummer"),
    "country": ("country", "Land"),
    "kind": ("kind", "Art"),
    "currency": ("currency", "Währung"),
    "source": ("charge by", "Gebühr laut"),
    "calls": ("calls", "Gespräche"),
    "legs": ("legs", "Legs"),
    "duration_seconds": ("duration", "Dauer"),
    "amount": ("amount", "Betrag"),
    "answered": ("answered", "angenommen"),
    "missed": ("missed", "verpasst"),
    "busy": ("busy", "besetzt"),
    "no_answer": ("no answer", "keine Antwort"),
    "rejected": ("rejected", "abgelehnt"),
    "abandoned": ("abandoned", "aufgelegt"),
    "failed": ("failed", "gescheitert"),
    "script": ("script only", "nur Skript"),
    "answered_elsewhere": ("answered elsewhere", "anderswo angenommen"),
    "ring_seconds": ("ring time", "Klingelzeit"),
    "talk_seconds": ("talk time", "Gesprächszeit"),
    "asr": ("ASR %", "ASR %"),
    "acd_seconds": ("ACD", "ACD"),
    "transfers": ("transfers", "Weitergaben"),
    "conferences": ("conferences", "Konferenzen"),
    "incomplete": ("incomplete", "unvollständig"),
    "site_owes": ("site owes", "Standort schuldet"),
    "other_owes": ("other site owes", "anderer schuldet"),
    "net": ("net, site to other", "netto, Standort an anderen"),
    "site_legs": ("its legs", "seine Legs"),
    "other_legs": ("other's legs", "Legs des anderen"),
    "blocked": ("blocked", "blockiert"),
    "peak": ("peak", "Spitze"),
    "peak_at": ("peak at", "Spitze um"),
    "busy_hour": ("busy hour from", "Hauptverkehrsstunde ab"),
    "carried_erlang": ("carried E", "getragen E"),
    "offered_erlang": ("offered E", "angeboten E"),
    "channels_0_1": ("channels 0.1 %", "Kanäle 0,1 %"),
    "channels_1": ("channels 1 %", "Kanäle 1 %"),
    "channels_2": ("channels 2 %", "Kanäle 2 %"),
    "channels_5": ("channels 5 %", "Kanäle 5 %"),
    "cost": ("cost", "Kosten"),
    "differing": ("differing", "abweichend"),
    "signalled": ("signalled", "übermittelt"),
    "rated": ("rated", "laut Tarif"),
    "difference": ("difference", "Unterschied"),
    "greatest_difference": ("greatest difference", "größter Unterschied"),
    "leg": ("leg", "Leg"),
}
_VALUES = {
    "incoming": ("incoming", "kommend"),
    "outgoing": ("outgoing", "gehend"),
    "internal": ("internal", "intern"),
    "transit": ("transit", "durchgehend"),
    "both": ("both", "beide"),
    "emergency": ("emergency", "Notruf"),
    "service": ("service", "Dienst"),
    "freephone": ("freephone", "gebührenfrei"),
    "premium": ("premium", "Sonderrufnummer"),
    "international": ("international", "Ausland"),
    "mobile": ("mobile", "Mobilfunk"),
    "geographic": ("geographic", "Festnetz"),
    "other": ("other", "andere"),
    "unknown": ("unknown", "unbekannt"),
    "aoc": ("carrier (AOC)", "Netz (AOC)"),
    "lcr": ("PBX (LCR)", "Anlage (LCR)"),
    "link": ("other site", "anderer Standort"),
    "total": ("total", "Summe"),
    "none": ("(none)", "(ohne)"),
}
_SENTENCES = {
    "all_days": ("all days", "alle Tage"),
    "since": ("from {first} on", "ab {first}"),
    "up_to": ("up to {last}", "bis {last}"),
    "from_to": ("{first} to {last}", "{first} bis {last}"),
    "by": ("{what} by {keys}", "{what} nach {keys}"),
    "charges": ("Charges", "Gebühren"),
    "calls_report": ("Calls", "Gespräche"),
    "bill": ("Itemised bill", "Einzelverbindungsnachweis"),
    "settlement": ("Settlement between sites", "Verrechnung zwischen Standorten"),
    "trunks": ("Trunks", "Amtsleitungen"),
    "bill_check": ("Check of the carrier's bill", "Prüfung der Carrier-Rechnung"),
    "no_charges": ("no charges: {period}", "keine Gebühren: {period}"),
    "no_calls": ("no calls: {period}", "keine Gespräche: {period}"),
    "no_settlement": ("nothing to settle: {period}", "nichts zu verrechnen: {period}"),
    "chart_amount": ("{currency} by {keys}", "{currency} nach {keys}"),
    "chart_calls": ("Calls by {keys}", "Gespräche nach {keys}"),
    "chart_net": ("Net in {currency}", "Netto in {currency}"),
    "chart_channels": ("Peak of simultaneous calls", "Spitze gleichzeitiger Gespräche"),
    "others": ("{count} others", "{count} weitere"),
    "pays": ("{site} pays {other}", "{site} zahlt an {other}"),
    "charges_hint": (
        "Counted charges. Days and months are local to the payer's site, by the start of the leg. "
        "A call of several legs counts once in each row and total.",
        "Gezählte Gebühren. Tage und Monate gelten in der Ortszeit des Standorts des Zahlers, nach dem Beginn des "
        "Legs. Ein Gespräch aus mehreren Legs zählt je Zeile und Summe einmal.",
    ),
    "calls_hint": (
        "Days, months and hours are local to the call's first site, by its start. Missed: incoming, and busy, no "
        "answer, rejected, abandoned or failed. ASR: answered of all calls. ACD: mean talk time of answered calls.",
        "Tage, Monate und Stunden gelten in der Ortszeit des ersten Standorts, nach dem Beginn des Gesprächs. "
        "Verpasst: kommend und besetzt, keine Antwort, abgelehnt, aufgelegt oder gescheitert. ASR: Anteil der "
        "angenommenen. ACD: mittlere Gesprächszeit der angenommenen.",
    ),
    "bill_hint": (
        "Counted charges by the start of the leg, in local time of the payer's site.",
        "Gezählte Gebühren nach dem Beginn des Legs, in Ortszeit des Standorts des Zahlers.",
    ),
    "shortened": ("Numbers are without their last three digits.", "Nummern ohne die letzten drei Ziffern."),
    "settlement_hint": (
        "Counted charges whose payer is at another site than the trunk. Months are UTC, by connect time.",
        "Gezählte Gebühren, deren Zahler an einem anderen Standort als die Amtsleitung ist. "
        "Monate in UTC, nach Verbindungsbeginn.",
    ),
    "trunks_hint": (
        "A call holds a channel from its start to its end; results of transfers hold none of their own. "
        "Busy hour: the four consecutive quarter hours with the most traffic, in local time. Offered: carried, divided "
        "by the share of calls of that hour that were not blocked. Channels by Erlang B.",
        "Ein Gespräch belegt einen Kanal von Beginn bis Ende; Ergebnisse von Weitergaben belegen keinen eigenen. "
        "Hauptverkehrsstunde: die vier aufeinanderfolgenden Viertelstunden mit dem meisten Verkehr, in Ortszeit. "
        "Angeboten: getragen, geteilt durch den Anteil der nicht blockierten Gespräche dieser Stunde. "
        "Kanäle nach Erlang B.",
    ),
    "cost_elsewhere": (
        "charges over trunks without a call of this period: {amount} {currency}",
        "Gebühren über Amtsleitungen ohne Gespräch in diesem Zeitraum: {amount} {currency}",
    ),
    "without_end": (
        "legs without an end, which hold no channel: {legs}",
        "Legs ohne Ende, die keinen Kanal belegen: {legs}",
    ),
    "compared": (
        "signalled charges compared with the tariff: {compared}; more than 0.005 apart: {differing}",
        "mit dem Tarif verglichene übermittelte Gebühren: {compared}; mehr als 0,005 auseinander: {differing}",
    ),
    "no_difference": ("none", "keine"),
    "other_currency": (
        "signalled in another currency than the tariff's: {legs}",
        "in einer anderen Währung als der des Tarifs übermittelt: {legs}",
    ),
    "no_rate": (
        "signalled without a rate to compare with: {legs}",
        "übermittelt, aber ohne Preis zum Vergleich: {legs}",
    ),
    "unrated": ("neither signalled nor rated: {legs}", "weder übermittelt noch mit einem Preis: {legs}"),
    "bill_check_hint": (
        "Difference: signalled minus the price of the tariff. Days are those of the legs' site.",
        "Unterschied: übermittelt minus Preis des Tarifs. Tage gelten in der Ortszeit des Standorts.",
    ),
}
WORDS: Mapping[str, tuple[str, str]] = _HEADINGS | _VALUES | _SENTENCES


def word(language: str, key: str) -> str:
    """What stands for a key in a language; the key itself where there is nothing, as for values of the warehouse."""
    english, german = WORDS.get(key, (key, key))
    return german if language == GERMAN else english
