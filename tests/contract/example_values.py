"""The golden messages: one call from Dortmund over the link to Berlin's trunk, as every topic shows it.

By topic and name; `make_examples.py` writes them to `schemas/examples`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from schemas.cdr import CdrRecord, Heartbeat, Leg, Lifecycle, Position, Reject, Rerate
from schemas.codec import Message
from schemas.rows import Call, Charge, LegRow, LinkMatch, SiteCall, Total, Withdrawal

START = datetime(2026, 3, 2, 8, 15, 0, tzinfo=UTC)
FILE_START = datetime(2026, 3, 1, 23, 2, 11, tzinfo=UTC)
FROM_ID = "dortmund:7:2026-03-02T09:15:00"
TO_ID = "berlin:311:2026-03-02T09:15:01"
VERSION = (1 << 52) | (48_213 << 8) | 3
TOTAL_ID = "2026-03-02T08|dortmund|1123|4711|berlin|SwyxGate 1|EUR|lcr"


def at(seconds: int) -> datetime:
    """So many seconds after the call began."""
    return START + timedelta(seconds=seconds)


def record(call_id: str, **fields: object) -> CdrRecord:
    """A CDR of the call with the given fields, the others as in most CDRs: empty."""
    values: dict[str, object] = dict.fromkeys(CdrRecord._fields, "")
    instants = ("script_connected_at", "delivered_at", "connected_at", "ended_at", "transferred_at")
    values |= dict.fromkeys((*instants, "costs"))
    values |= {"call_id": call_id, "started_at": START, "currency": "EUR", "aoc": False, "state": "Connected"}
    return CdrRecord(**(values | fields))  # type: ignore[arg-type]


FROM_LEG = Leg(
    site="dortmund",
    leg_id=FROM_ID,
    record=record(
        "7",
        origination_number="1123",
        origination_name="Müller, Anna",
        called_number="+493039661000",
        destination_number="+493039661000",
        delivered_at=at(1),
        connected_at=at(9),
        ended_at=at(159),
        costs=Decimal("0.36"),
        project_number="4711",
        aoc=True,
        destination_device="Link Berlin",
        disconnect_reason="CallDisconnected",
    ),
    position=Position(FILE_START, "dortmund/cdr.txt", 48_213),
    anomalies=(),
    extra=(),
    raw_line='"7","1123","Müller, Anna","+493039661000","","+493039661000","","02.03.2026","09:15:00","","",'
    '"02.03.2026","09:15:01","02.03.2026","09:15:09","02.03.2026","09:17:39","EUR","0,36","Connected",'
    '"","","4711","1","","Link Berlin","","","","","","","","CallDisconnected"',
)

TO_LEG = Leg(
    site="berlin",
    leg_id=TO_ID,
    record=record(
        "311",
        origination_number="+4923147771123",
        origination_name="Müller, Anna",
        called_number="+493039661000",
        destination_number="+493039661000",
        started_at=at(1),
        connected_at=at(9),
        ended_at=at(159),
        costs=Decimal("0.36"),
        lcr_provider="01033",
        origination_device="Link Dortmund",
        destination_device="SwyxGate 1",
        disconnect_reason="CallDisconnected",
    ),
    position=Position(FILE_START, "berlin/cdr.txt", 911_004),
    anomalies=(),
    extra=(),
    raw_line='"311","+4923147771123","Müller, Anna","+493039661000","","+493039661000","","02.03.2026",'
    '"09:15:01","","","","","02.03.2026","09:15:09","02.03.2026","09:17:39","EUR","0,36","Connected",'
    '"","01033","","0","Link Dortmund","SwyxGate 1","","","","","","","","CallDisconnected"',
)

TRANSFERRED_LEG = Leg(
    site="dortmund",
    leg_id="dortmund:3:2026-03-02T09:14:40",
    record=record(
        "3",
        origination_number="+4917012XXXX",
        called_number="100",
        called_name="Jones, John",
        destination_number="100",
        destination_name="Jones, John",
        started_at=at(-20),
        script_connected_at=at(-20),
        delivered_at=at(-20),
        connected_at=at(-10),
        ended_at=at(60),
        state="Transferred",
        public_access_prefix="0",
        origination_device="SwyxGate 1",
        transferred_by_number="100",
        transferred_by_name="Jones, John",
        transferred_to_call_id="8",
        transferred_at=at(60),
        disconnect_reason="CallTransferred",
    ),
    position=Position(FILE_START, "dortmund/cdr.txt", 48_655),
    anomalies=("extra_fields", "masked_number"),
    extra=(("Custom0", "VIP"), ("field_36", "")),
    raw_line='"3","+4917012XXXX","","100","Jones, John","100","Jones, John","02.03.2026","09:14:40",'
    '"02.03.2026","09:14:40","02.03.2026","09:14:40","02.03.2026","09:14:50","02.03.2026","09:16:00","","",'
    '"Transferred","0","","","0","SwyxGate 1","","100","Jones, John","","","8","02.03.2026","09:16:00",'
    '"CallTransferred","VIP",""',
)

HEARTBEAT = Heartbeat(
    site="dortmund",
    group_name="berlin",
    time_zone="Europe/Berlin",
    last_cdr_at=at(159),
    last_seen_at=at(165),
    file="dortmund/cdr.txt",
    file_offset=48_972,
    bytes_behind=0,
    torn_bytes=117,
    utc_offset_seconds=3600,
)

SITE_CALL = SiteCall(
    site="dortmund",
    site_call_id=FROM_ID,
    call_id=FROM_ID,
    leg_ids=(FROM_ID,),
    started_at=START,
    connected_at=at(9),
    ended_at=at(159),
    origination_number="1123",
    origination_name="Müller, Anna",
    called_number="+493039661000",
    called_name="",
    destination_number="+493039661000",
    destination_name="",
    direction="internal",
    disposition="answered",
    disconnect_reason="CallDisconnected",
    ring_seconds=9,
    talk_seconds=150,
    billable_seconds=150,
    leg_count=1,
    transfer_count=0,
    conference=False,
    project_number="4711",
    missing_call_ids=(),
    complete=True,
    version=VERSION,
)

CALL = Call(
    call_id=FROM_ID,
    origin_site="dortmund",
    sites=("berlin", "dortmund"),
    site_call_ids=(FROM_ID, TO_ID),
    **{name: getattr(SITE_CALL, name) for name in SITE_CALL._fields[4:-1]}
    | {"direction": "outgoing", "leg_count": 2, "missing_call_ids": ("berlin:298",), "complete": False},
    destination_country="DE",
    destination_kind="geographic",
    amounts=(("CHF", Decimal("0.123456")), ("EUR", Decimal("0.36"))),
    charge_sources=("aoc", "lcr"),
    version=VERSION,
)

CHARGE = Charge(
    leg_id=FROM_ID,
    site="dortmund",
    call_id=FROM_ID,
    site_call_id=FROM_ID,
    started_at=START,
    connected_at=at(9),
    duration_seconds=150,
    payer_site="dortmund",
    payer_number="1123",
    payer_name="Müller, Anna",
    project_number="4711",
    destination_number="+493039661000",
    destination_name="",
    carrier_site="berlin",
    trunk="SwyxGate 1",
    currency="EUR",
    amount=Decimal("0.36"),
    source="link",
    counted=False,
    counterpart_leg_id=TO_ID,
    rated_amount=None,
    destination_country="DE",
    destination_kind="fixed_line",
    department="Sales",
    cost_centre="8100",
    anomalies=(),
    version=VERSION,
)

TOTAL = Total(
    total_id=TOTAL_ID,
    hour=START.replace(minute=0),
    payer_site="dortmund",
    payer_number="1123",
    project_number="4711",
    carrier_site="berlin",
    trunk="SwyxGate 1",
    currency="EUR",
    source="lcr",
    legs=1,
    seconds=150,
    amount=Decimal("0.36"),
    version=VERSION,
)

LINK_MATCH = LinkMatch(
    link="berlin-dortmund",
    from_site="dortmund",
    to_site="berlin",
    from_leg_id=FROM_ID,
    to_leg_id=TO_ID,
    time_difference_seconds=1,
    from_amount=Decimal("0.36"),
    to_amount=Decimal("0.36"),
    currency="EUR",
    anomalies=(),
    version=VERSION,
)

BAD_LINE = Reject(
    site="dortmund",
    source_file="dortmund/cdr.txt",
    source_offset=49_310,
    raw=b'"9","1123","M\xfcller, Anna","110","","110","","31.02.2026","09:15:00"',
    reason="bad_time",
    detail="StartDate: expected a date like 02.03.2026, found 31.02.2026",
    rejected_at=datetime(2026, 3, 2, 8, 17, 45, 250_000, tzinfo=UTC),
    header=("CallId", "OriginationNumber", "StartDate", "StartTime", "Custom0"),
    file_started_at=FILE_START,
)

EXAMPLES: dict[str, dict[str, Message]] = {
    "cdr.lifecycle": {
        "dortmund_two_legs": Lifecycle("dortmund", "2049:131:9f86d081884c7d65", 1, (FROM_LEG, TRANSFERRED_LEG)),
        "berlin_one_leg": Lifecycle("berlin", "2049:977:60303ae22b998861", 1, (TO_LEG,)),
        "heartbeat": HEARTBEAT,
        "heartbeat_before_the_first_cdr": HEARTBEAT._replace(last_cdr_at=None, file="", file_offset=0),
        "heartbeat_with_a_problem": HEARTBEAT._replace(problem="/mnt/swyx/cdr.txt: Permission denied"),
        "rerate_one_site": Rerate("berlin", "dortmund", "2026-03-02", "60303ae22b998861"),
    },
    "cdr.rejects": {
        "bad_time": BAD_LINE,
        "before_the_first_cdr": BAD_LINE._replace(source_offset=0, header=(), file_started_at=None),
        "message": BAD_LINE._replace(
            site="", source_file="cdr.lifecycle-3", reason="undecodable_message", header=None, file_started_at=None
        ),
        "withdrawn": BAD_LINE._replace(withdrawn=True),
    },
    "cdr.legs": {
        "over_the_link": LegRow(FROM_LEG, FROM_ID, "internal", "link", "internal", "answered", True, VERSION),
        "transferred": LegRow(
            *(TRANSFERRED_LEG, TRANSFERRED_LEG.leg_id, "trunk", "internal", "incoming", "answered", True, VERSION + 1),
            *(FILE_START, "dortmund/cdr-2.txt", 49_001),
        ),
    },
    "cdr.site_calls": {"over_the_link": SITE_CALL, "withdrawn": Withdrawal("site_calls", TO_ID, VERSION)},
    "cdr.calls": {"over_the_link": CALL, "withdrawn": Withdrawal("calls", TO_ID, VERSION)},
    "cdr.charges": {
        "forwarded_advice": CHARGE,
        "rated_and_counted": CHARGE._replace(
            leg_id=TO_ID,
            site="berlin",
            source="rated",
            counted=True,
            counterpart_leg_id=FROM_ID,
            rated_amount=Decimal("0.36"),
            destination_name="Germany, Berlin",
            anomalies=("no_band",),
        ),
        "withdrawn": Withdrawal("charges", TO_ID, VERSION),
    },
    "cdr.totals": {"one_call": TOTAL, "withdrawn": Withdrawal("totals", TOTAL_ID, VERSION)},
    "cdr.links": {
        "a_pair": LINK_MATCH,
        "without_charges": LINK_MATCH._replace(
            from_amount=None, to_amount=None, currency="", anomalies=("matched_masked",), time_difference_seconds=-2
        ),
        "withdrawn": Withdrawal("links", FROM_ID, VERSION),
    },
    "cdr.sites": {"at_the_end": HEARTBEAT},
}
