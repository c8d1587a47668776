"""The board's answers: headers, names, the login, the stream and where it resumes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientResponse, ClientTimeout, web
from aiohttp.test_utils import TestClient, TestServer

from pipeline.board.access import COOKIE, Access
from pipeline.board.feed import Feed
from pipeline.board.server import application, language

TOKEN = "0123456789abcdef"
Client = TestClient[web.Request, web.Application]


def answered(use: Callable[[Client], Awaitable[None]], access: Access | None = None, feed: Feed | None = None) -> None:
    """Run a test with a client of a board."""

    async def run() -> None:
        async with AsyncExitStack() as stack:
            server = TestServer(application(feed or Feed(), access or Access()))
            await use(await stack.enter_async_context(TestClient(server, timeout=ClientTimeout(30))))

    asyncio.run(run())


async def next_event(answer: ClientResponse) -> dict[str, str]:
    """The next event of a stream that is no beat."""
    event: dict[str, str] = {}
    while True:
        line = (await answer.content.readline()).decode().rstrip("\n")
        if line:
            key, _, value = line.partition(": ")
            event[key] = value
        elif event.get("event", "beat") != "beat":
            return event
        else:
            event = {}


@pytest.mark.parametrize(
    "path", ["/", "/static/board.js", "/static/board.css", "/nowhere", "/login", "/static/index.html"]
)
def test_every_answer_keeps_strangers_out_of_the_page(path: str) -> None:
    async def use(client: Client) -> None:
        headers = (await client.get(path, allow_redirects=False)).headers
        policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert {policy[f"{kind}-src"] for kind in ("script", "style", "img", "connect")} == {"'self'"}
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"

    answered(use)


def test_a_name_that_is_not_of_this_machine_is_refused() -> None:
    async def use(client: Client) -> None:
        for path in ("/", "/events", "/static/board.js"):
            answer = await client.get(path, headers={"Host": "evil.example"})
            assert answer.status == 421

    answered(use)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("de-AT,en;q=0.5", "de"),
        ("fr,en;q=0.4,de;q=0.6", "de"),
        ("en-GB,de", "en"),
        ("fr", "en"),
        ("de;q=x", "en"),
    ],
)
def test_the_page_is_in_the_language_that_the_reader_likes_best(accepted: str, expected: str) -> None:
    assert language(accepted) == expected


def test_without_the_token_there_is_a_login_and_no_event() -> None:
    async def use(client: Client) -> None:
        page = await client.get("/")
        assert page.status == 401
        assert 'name="token"' in await page.text()
        assert (await client.get("/events")).status == 401
        assert (await client.get("/static/board.css")).status == 200

    answered(use, Access(TOKEN))


def test_the_token_is_sent_once_and_a_cookie_opens_the_board() -> None:
    async def use(client: Client) -> None:
        wrong = await client.post("/login", data={"token": "wrong"}, allow_redirects=False)
        assert (wrong.status, COOKIE in wrong.cookies) == (403, False)
        right = await client.post("/login", data={"token": TOKEN}, allow_redirects=False)
        assert (right.status, right.headers["Location"]) == (303, "/")
        cookie = {"Cookie": f"{COOKIE}={right.cookies[COOKIE].value}"}
        assert (await client.get("/", headers=cookie)).status == 200

    answered(use, Access(TOKEN))


def test_a_board_without_token_has_no_login() -> None:
    async def use(client: Client) -> None:
        answer = await client.post("/login", data={"token": ""}, allow_redirects=False)
        assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)

    answered(use)


def test_a_stream_resumes_after_the_last_event_that_was_got() -> None:
    feed = Feed()

    async def use(client: Client) -> None:
        feed.update({"lag": 1})
        first = await client.get("/events")
        snapshot = await next_event(first)
        first.close()
        feed.update({"lag": 2})
        second = await client.get("/events", headers={"Last-Event-ID": snapshot["id"]})
        assert snapshot["event"] == "snapshot"
        assert await next_event(second) == {"id": f"{feed.life}-2", "event": "lag", "data": "2"}
        second.close()

    answered(use, feed=feed)


def test_a_reader_too_many_is_asked_to_come_later() -> None:
    async def use(client: Client) -> None:
        assert (await client.get("/events")).status == 503

    answered(use, feed=Feed(readers=0))


def test_a_board_that_stops_ends_its_streams() -> None:
    feed = Feed()

    async def use(client: Client) -> None:
        answer = await client.get("/events")
        feed.end()
        assert b"retry" in await answer.content.read()

    answered(use, feed=feed)
