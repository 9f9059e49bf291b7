"""Requests to a REST server: bounded in time and size, tried again where that is safe, told without
their secrets.

Sources of the calls are in README.md.
"""

import email.utils
import http.client
import json
import queue
import re
import socket
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Mapping, NamedTuple, Optional, Union

from fotarig_plugin import Refused

# An answer about one system or operation has some KiB.
MAX_BODY_BYTES = 1024 * 1024
# What a server says about an error is a word or a sentence.
MAX_SAID_CHARACTERS = 200
# The first try, and the pauses before the others when the server names none.
PAUSES_SECONDS = (1.0, 2.0, 4.0)
# A secret that is shorter is none, and hiding it would make every text unreadable.
MIN_SECRET_CHARACTERS = 4

REACH = "correct `server`, or the proxy that the variable HTTPS_PROXY names"

TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503


class Request(NamedTuple):
    """What is asked of the server."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    body: Optional[bytes] = None
    headers: Mapping[str, str] = {}
    # Whether it may be sent again when nobody knows whether it was carried out.
    is_repeatable: bool = True

    @property
    def name(self):
        """Without its query, in which the token may be."""
        return f"{self.method} {self.path}"


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: Any
    body: bytes

    @property
    def said(self):
        """The error in the body, as AirVantage and OAuth write it; else the body's beginning."""
        try:
            value = json.loads(self.body.decode())
            parameters = value.get("errorParameters") or value.get("error_description") or []
            words = [value["error"], *([parameters] if isinstance(parameters, str) else parameters)]
            text = ", ".join(str(word) for word in words)
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
            text = self.body[:1000].decode("utf-8", "replace")
        return shortened(text)


class Again(NamedTuple):
    """The server did not serve: what to tell if that stays so."""

    trouble: Refused
    may_repeat: bool
    # The seconds that the server asked for.
    after: Optional[float] = None


class Unanswered(Exception):
    """No answer came: `why`, and whether the request cannot have been carried out."""

    def __init__(self, why: str, remedy: str, was_not_sent: bool = False, is_lasting: bool = False):
        super().__init__(why)
        self.why = why
        self.remedy = remedy
        self.was_not_sent = was_not_sent
        self.is_lasting = is_lasting


class Secrets:
    """What may not be told."""

    def __init__(self):
        self.texts = set()

    def add(self, text: str) -> None:
        if len(text) >= MIN_SECRET_CHARACTERS:
            quoted = (urllib.parse.quote(text, safe=""), urllib.parse.quote_plus(text))
            self.texts.update((text, *quoted))

    def hide(self, text: str) -> str:
        for secret in sorted(self.texts, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


class Server:
    """A REST server, over TLS."""

    def __init__(self, address: str, timeout: float, ca_file: Optional[str]):
        self.base = base_of(address)
        self.host = urllib.parse.urlsplit(self.base).netloc
        self.timeout = timeout
        self.deadline = 0.0
        self.opener = opener(self.base, ca_file)

    def allow(self, seconds: float) -> None:
        """From now on all requests together may take so long."""
        self.deadline = time.monotonic() + seconds

    def left(self) -> float:
        return self.deadline - time.monotonic()

    def ask(self, request: Request, log: Callable[[str], None]) -> Answer:
        """The server's answer; while it cannot serve, it is asked again, politely."""
        for pause in (*PAUSES_SECONDS, None):
            tried = self.attempt(request, log)
            if isinstance(tried, Answer):
                return tried
            wait = pause if tried.after is None else tried.after
            if pause is None or not tried.may_repeat or wait >= self.left():
                raise tried.trouble
            time.sleep(wait)
        raise AssertionError("the last pause is None")

    def attempt(self, request: Request, log: Callable[[str], None]) -> Union[Answer, Again]:
        """One try, and whether there may be another."""
        try:
            answer = self.once(request)
        except Unanswered as unanswered:
            log(f"{request.name}: {unanswered.why}")
            may_repeat = request.is_repeatable or unanswered.was_not_sent
            trouble = silent(self.host, request, unanswered)
            return Again(trouble, may_repeat and not unanswered.is_lasting)
        log(f"{request.name}: {answer.status}")
        if not (answer.status == TOO_MANY_REQUESTS or answer.status >= 500):
            return answer
        was_not_done = answer.status in (TOO_MANY_REQUESTS, UNAVAILABLE)
        after = retry_after(answer.headers.get("Retry-After"))
        trouble = too_busy(self.host, request, answer)
        return Again(trouble, request.is_repeatable or was_not_done, after)

    def once(self, request: Request) -> Answer:
        """One try. It gets a thread, since name servers and dripping servers know no time-out."""
        within = min(self.timeout, self.left())
        if within <= 0:
            raise Unanswered("no time is left", "set a longer `within`", True, True)
        outcome: queue.Queue = queue.Queue()
        thread = threading.Thread(target=lambda: outcome.put(self.outcome(request, within)))
        thread.daemon = True
        thread.start()
        try:
            result = outcome.get(timeout=within)
        except queue.Empty:
            result = no_answer(within)
        if isinstance(result, Exception):
            raise result
        return result

    def outcome(self, request: Request, within: float):
        """An `Answer`, or the exception that it became."""
        try:
            return self.send(request, within)
        except urllib.error.URLError as error:
            reason = error.reason
            return unreachable(reason if isinstance(reason, Exception) else error, within)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return unreachable(error, within)
        except Exception as error:  # it would be lost in the thread
            return error

    def send(self, request: Request, within: float) -> Answer:
        query = urllib.parse.urlencode(request.query)
        url = self.base + request.path + ("?" + query if query else "")
        headers = {"Accept": "application/json", "User-Agent": "fotarig", **request.headers}
        message = urllib.request.Request(url, request.body, headers, method=request.method)
        try:
            response = self.opener.open(message, timeout=within)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            body = response.read(MAX_BODY_BYTES + 1)
            if len(body) > MAX_BODY_BYTES:
                why = f"its answer has more than {MAX_BODY_BYTES} bytes"
                raise Unanswered(why, "see that `server` is AirVantage", is_lasting=True)
            return Answer(response.getcode(), response.headers, body)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to where nobody wanted it."""

    def redirect_request(self, *_):
        return None


def base_of(address: str) -> str:
    """`https://host:port` of a setting. Without TLS a token is sent to this machine only."""
    text = address if "://" in address else "https://" + address
    remedy = "for example `eu.airvantage.net`"
    try:
        parts = urllib.parse.urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"`server` is no address: {error}", remedy=remedy) from None
    is_plain = re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc) is not None
    if parts.scheme not in ("https", "http") or not host or not is_plain or parts.query:
        raise Refused(f"`server` is no address: `{address}`", remedy=remedy)
    if parts.path.strip("/"):
        raise Refused(f"`server` has a path: `{address}`", remedy="give the host alone")
    if parts.scheme == "http" and not is_here(host):
        raise Refused(
            f"`server` is `{address}`: without TLS the token could be read on its way",
            remedy="use `https://`; `http://` is for 127.0.0.1 only",
        )
    return f"{parts.scheme}://{parts.netloc}"


def is_here(host: str) -> bool:
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d+){3}", host) is not None


def opener(base: str, ca_file: Optional[str]) -> urllib.request.OpenerDirector:
    """It goes through the proxy that the environment names, except to this machine."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            why = f"cannot use the certificates in `{ca_file}`: {error.strerror or error}"
            raise Refused(why, remedy="correct `ca_file`: certificates as PEM") from None
    handlers = [NoRedirect(), urllib.request.HTTPSHandler(context=context)]
    if is_here(urllib.parse.urlsplit(base).hostname or ""):
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def no_answer(within: float) -> Unanswered:
    why = f"it did not answer within {within:.3g} s"
    return Unanswered(why, "see whether the network reaches it, or set a longer `timeout`")


def unreachable(error: Exception, within: float) -> Exception:
    """Why no answer came, in words."""
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        why = getattr(error, "verify_message", "") or error.reason or str(error)
        remedy = "correct `server`, or name the proxy's certificate in `ca_file`"
        return Unanswered(f"its certificate or TLS is no good: {why}", remedy, True, True)
    if isinstance(error, (socket.timeout, TimeoutError)):
        return no_answer(within)
    if isinstance(error, socket.gaierror):
        return Unanswered("its name was not found", REACH, True, True)
    if isinstance(error, ConnectionRefusedError):
        return Unanswered("it takes no connections", REACH, True)
    if isinstance(error, (ssl.SSLEOFError, ConnectionError)):
        return Unanswered("it closed the connection without an answer", "try again later")
    if isinstance(error, http.client.HTTPException):
        why = f"its answer is no HTTP: {shortened(str(error)) or type(error).__name__}"
        return Unanswered(why, "see that `server` is AirVantage", is_lasting=True)
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Unanswered(why, "see whether the network reaches it")


def retry_after(text: Optional[str]) -> Optional[float]:
    """The seconds of a Retry-After, which is a number or a date (RFC 9110, 10.2.3)."""
    if text is None:
        return None
    if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII):
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
        return max(0.0, moment.timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def too_busy(host: str, request: Request, answer: Answer) -> Refused:
    said = f": {answer.said}" if answer.said else ""
    after = retry_after(answer.headers.get("Retry-After"))
    wanted = f"; it asks to come back after {after:.0f} s" if after else ""
    if answer.status == TOO_MANY_REQUESTS:
        message = f"`{host}` has had too many requests ({request.name}: 429{said}){wanted}"
        remedy = "ask less often: a longer `poll`, or fewer rigs for one account at a time"
        return Refused(message, remedy=remedy)
    message = f"`{host}` fails ({request.name}: {answer.status}{said}){wanted}"
    return Refused(message + doubt(request), remedy="try again later")


def silent(host: str, request: Request, unanswered: Unanswered) -> Refused:
    message = f"`{host}`, asked for {request.name}: {unanswered.why}"
    may_be_done = "" if unanswered.was_not_sent else doubt(request)
    return Refused(message + may_be_done, remedy=unanswered.remedy)


def doubt(request: Request) -> str:
    return "" if request.is_repeatable else "; it may have been carried out, `cancel` takes it back"


def shortened(text: str) -> str:
    """What somebody else said, as one line that a terminal can show."""
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
    return line if len(line) <= MAX_SAID_CHARACTERS else line[:MAX_SAID_CHARACTERS] + "…"
