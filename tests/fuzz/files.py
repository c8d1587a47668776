"""Files as SwyxServers, other programs, crashes and editors might leave them, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import MAX_LINE_BYTES

ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "UTC")
DIALECTS = (
    *(Dialect(zone) for zone in ZONES),
    Dialect("Europe/Berlin", encoding="cp1252", cost_scale=100, cost_decimal=","),
    Dialect("Europe/Berlin", encoding="utf-8", date_order="mdy", cost_decimal="."),
    Dialect("Asia/Kathmandu", encoding="cp850", date_order="ymd"),
    Dialect("America/New_York", encoding="shift_jis", date_order="mdy", cost_scale=100),
)
_OTHER_NAMES = ("CallID", "ConnectedDate", "ConnectedTime", "Charges", "TransferredBy", "Custom0", "PreviousState", "")
_NUMBERS = ("", "123", "+123", "0023147770", "+4923147771XX", "XXX", "sip:a@b", "(0)231/47 77-0", "*21#", "anonymous")
_NAMES = ("", "User A", "Jones, John", 'The "Boss"', "Käthe Müller", "Łukasz", '"', ",", "\r", "\0", "'", "a" * 300)
_DAYS = ("19.11.2002", "19.11.02", "26.10.2025", "30.03.2025", "30.12.2011", "05.04.2026", "19/11/2002", "2026-03-01")
_DATES = (*_DAYS, "", " ", "32.01.2026", "29.02.2025", "19.11", "1.1.1970", "31.12.9999", "01.01.0001", "19-11.2002")
_TIMES = ("13:03:28", "13.03:28", "02:30:00", "2:30:00", "00:00:00", "23:59:59", "", " ", "24:00:00", "13:03", "1303")
_COSTS = ("", "0", "1.23", "1,23", "1.234,56", "1,234.56", "12345", "-1", "x", ".", "0.0000001", "9" * 13, "1e3", "+1")
_WORDS = ("", "0", "1", "2", "Connected", "On Hold", "Parked", "CallDisconnected", "EUR", "Gate 1", "(call routing)")
_KINDS = {"Date": _DATES, "Time": _TIMES, "Costs": _COSTS, "Number": _NUMBERS, "Name": _NAMES}
_ENDS = (b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\r\n", b"", bytes(1), bytes(2), bytes(40))
_TOKENS = (b'"', b",", b'","', b"\r", b"\n", b"\0", bytes(2), bytes(300), b"\xef\xbb\xbf", b"\xff", b"\xc3", b"4.10\n")
_MARKS = (b"", b"\n", b"\r", b"\0", b'"')
_ENCODINGS = (*("cp1252",) * 10, "cp850", "utf-16", "utf-16-le")


def random_file(rng: random.Random) -> bytes:
    """A file of a few lines: most of them good, some odd, some broken."""
    layout = list(COLUMNS)
    pieces = []
    for _ in range(rng.randrange(1, 7)):
        if rng.random() < 0.3:
            layout = _header(rng)
            pieces.append(_written(rng, layout))
        elif rng.random() < 0.1:
            pieces.append(rng.choice((b"4.10", b'"14.10"', b"", b"   ", b"\xef\xbb\xbf", b"rubbish")))
        else:
            answered = rng.random() < 0.5
            pieces.append(_written(rng, [_field(rng, column, answered) for column in layout]))
        pieces.append(rng.choice(_ENDS) if rng.random() < 0.2 else b"\r\n")
    data = b"".join(pieces)
    while rng.random() < 0.4:
        data = rng.choice(_MUTATIONS)(rng, data)
    return data


def random_cuts(rng: random.Random, data: bytes) -> list[int]:
    """Where the blocks end in which a file arrives: anywhere, or near a byte with a meaning."""
    places = [rng.randrange(len(data) + 1) for _ in range(rng.randrange(6))]
    return [max(0, data.find(rng.choice(_MARKS), place) + rng.randrange(-1, 3)) for place in places]


def _header(rng: random.Random) -> list[str]:
    names = list(COLUMNS)
    for _ in range(rng.randrange(3)):
        names[rng.randrange(len(names))] = rng.choice(_OTHER_NAMES)
    if rng.random() < 0.5:
        rng.shuffle(names)
    elif rng.random() < 0.3:
        names = names[: rng.randrange(1, len(names))]
    return names + rng.choices(_OTHER_NAMES, k=rng.choice((0, 0, 0, 3)))


def _field(rng: random.Random, column: str, answered: bool) -> str:
    """Mostly the usual value of the column, so that many lines are CDRs."""
    odd = rng.random() < 0.02
    if column == "CallId":
        return rng.choice(_NAMES) if odd else str(rng.randrange(200))
    if column.endswith(("Date", "Time")) and not odd:
        if column.startswith("Start") or (answered and column.startswith(("Connect", "End", "Script"))):
            return rng.choice(_DAYS[:6] if column.endswith("Date") else _TIMES[:6])
        return ""
    kinds = [values for ending, values in _KINDS.items() if column.endswith(ending)]
    values = kinds[0] if kinds else _WORDS
    return rng.choice(values) if odd or values in (_NUMBERS, _NAMES) else rng.choice(values[:3])


def _written(rng: random.Random, fields: list[str]) -> bytes:
    if rng.random() < 0.03:
        fields = fields + rng.choices(_NAMES, k=2) if rng.random() < 0.5 else fields[:-1]
    quotes = rng.choice((1.0, 1.0, 0.0, 0.5))
    text = ",".join(
        '"{}"'.format(field.replace('"', '""')) if rng.random() < quotes or "," in field else field for field in fields
    )
    return text.encode(rng.choice(_ENCODINGS) if rng.random() < 0.3 else "utf-8", "replace")


def _flip(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + bytes((rng.randrange(256),)) + data[place + 1 :]


def _insert(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + rng.choice(_TOKENS) + data[place:]


def _cut(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[place + rng.choice((1, 2, 20, 10**6)) :]


def _repeat(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[place : place + rng.choice((1, 30, 300))] * 2 + data[place:]


def _blank_out(rng: random.Random, data: bytes) -> bytes:
    """What a crash leaves of a block that was not written yet."""
    place, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 3, 200))
    return data[:place] + bytes(min(length, len(data) - place)) + data[place + length :]


def _lengthen(rng: random.Random, data: bytes) -> bytes:
    """Now and then a line of about as many bytes as are read."""
    if rng.random() < 0.9:
        return data
    place = rng.randrange(len(data) + 1)
    line = data[:place].rpartition(b"\n")[2] + data[place:].partition(b"\n")[0]
    missing = MAX_LINE_BYTES - len(line) + rng.choice((-1, 0, 1, 2, 5000))
    return data[:place] + rng.choice((b"x", b" ", b"0", b"\0")) * missing + data[place:]


_MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (_flip, _insert, _cut, _repeat, _blank_out, _lengthen)
