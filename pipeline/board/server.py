"""The board's web server: one page with its files, and the stream of changes behind it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from importlib.resources import files

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from pipeline.board.access import COOKIE, Access
from pipeline.board.feed import Event, Feed, Reader, TooManyReadersError

BEAT_SECONDS = 10.0
_RETRY_MILLISECONDS = 1000
_MAX_BODY = 4096
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_OPEN_PATHS = ("/login", "/static/")


def application(feed: Feed, access: Access) -> web.Application:
    """The web application: `/`, `/static/…`, `/events`, and `/login` for boards with a token."""
    page = _Page(access, _static_files())
    app = web.Application(middlewares=[_guard(access)], client_max_size=_MAX_BODY)
    app.router.add_get("/", page.board)
    app.router.add_get("/login", page.from_login)
    app.router.add_post("/login", page.login)
    app.router.add_get("/static/{name}", page.file)
    app.router.add_get("/events", _events(feed))
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(_ending(feed))
    return app


class _Page:
    """The files of the page; they are few and small, and stay in memory."""

    def __init__(self, access: Access, contents: Mapping[str, str]) -> None:
        self._access = access
        self._contents = contents

    async def board(self, request: web.Request) -> web.Response:
        """The page, or the login where a token is missing."""
        allowed = _is_allowed(self._access, request)
        status = HTTPStatus.OK if allowed else HTTPStatus.UNAUTHORIZED
        return self._response("index.html" if allowed else "login.html", request, status)

    async def file(self, request: web.Request) -> web.Response:
        """A file that the page asks for."""
        name = request.match_info["name"]
        if name not in self._contents or name.endswith(".html"):
            raise web.HTTPNotFound
        return self._response(name, request)

    async def login(self, request: web.Request) -> web.Response:
        """Takes the token once, and gives a cookie for it."""
        token = (await request.post()).get("token", "")
        if not self._access.token or not isinstance(token, str) or not self._access.is_token(token):
            return self._response("login.html", request, HTTPStatus.FORBIDDEN)
        headers = {"Location": "/", "Set-Cookie": self._access.cookie()}
        return web.Response(status=HTTPStatus.SEE_OTHER, headers=headers)

    async def from_login(self, _request: web.Request) -> web.Response:
        """Who reloads the address of the login gets to the page."""
        raise web.HTTPSeeOther("/")

    def _response(self, name: str, request: web.Request, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
        text = self._contents[name]
        if name.endswith(".html"):
            text = text.replace('lang="en"', f'lang="{language(request.headers.get("Accept-Language", ""))}"', 1)
        kind = _TYPES[name.rpartition(".")[2]]
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
        return web.Response(text=text, content_type=kind, charset="utf-8", status=status, headers=headers)


def language(accepted: str) -> str:
    """`de` or `en`: the one that comes first in an `Accept-Language` header by weight; `en` if neither does."""
    weighed = []
    for place, part in enumerate(accepted.split(",")):
        name, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, name.strip().lower()[:2]))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(weighed) if name in ("de", "en")), "en")


def _static_files() -> dict[str, str]:
    folder = files("pipeline.board") / "static"
    return {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.rpartition(".")[2] in _TYPES}


def _is_allowed(access: Access, request: web.Request) -> bool:
    return access.allows(request.cookies.get(COOKIE, ""), request.headers.get("Authorization", ""))


def _guard(access: Access) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not access.allows_host(request.headers.get("Host", "")):
            text = "This board answers to localhost only; see docs/board.md for other machines.\n"
            raise web.HTTPMisdirectedRequest(text=text)
        if request.path != "/" and not request.path.startswith(_OPEN_PATHS) and not _is_allowed(access, request):
            raise web.HTTPUnauthorized
        return await handler(request)

    return guard


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


def _ending(feed: Feed) -> Callable[[web.Application], Awaitable[None]]:
    async def end(_app: web.Application) -> None:
        feed.end()

    return end


def _events(feed: Feed) -> Handler:
    async def events(request: web.Request) -> web.StreamResponse:
        try:
            reader = feed.join(request.headers.get("Last-Event-ID", ""))
        except TooManyReadersError:
            raise web.HTTPServiceUnavailable(text="Too many pages are open.\n", headers={"Retry-After": "10"}) from None
        try:
            return await _send(request, feed, reader)
        finally:
            feed.leave(reader)

    return events


async def _send(request: web.Request, feed: Feed, reader: Reader) -> web.StreamResponse:
    """The stream until the feed ends it or the reader goes away."""
    headers = {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with suppress(ConnectionResetError):
        await response.write(f"retry: {_RETRY_MILLISECONDS}\n\n".encode() + _beat())
        for event in reader.first:
            await response.write(_message(feed, event))
        while not reader.has_ended:
            await response.write(await _next(feed, reader))
    return response


async def _next(feed: Feed, reader: Reader) -> bytes:
    """The next event, a beat where there is none for long, nothing at the end."""
    try:
        event = await asyncio.wait_for(reader.next(), BEAT_SECONDS)
    except TimeoutError:
        return _beat()
    return b"" if event is None else _message(feed, event)


def _message(feed: Feed, event: Event) -> bytes:
    return f"id: {feed.id_of(event)}\nevent: {event.name}\ndata: {event.data}\n\n".encode()


def _beat() -> bytes:
    """A sign of life with the server's time, by which the page tells ages; it has no id."""
    return f"event: beat\ndata: {json.dumps({'now': time.time()})}\n\n".encode()
