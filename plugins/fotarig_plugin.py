"""What a fotarig plugin in Python needs, in one file without dependencies (Python 3.8 or later).

A plugin is a program that fotarig starts and talks to: one JSON-RPC 2.0 object per line comes on
stdin, and one line answers it on stdout (docs/plugins.md is the specification). This file speaks
that protocol, so that a plugin only says what is done. A whole relay:

    #!/usr/bin/env python3
    import os, sys
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from fotarig_plugin import Plugin, Refused

    class Relay(Plugin):
        def start(self, settings):
            try:
                self.board = open(settings["port"], "r+b", buffering=0)
            except OSError as error:
                raise Refused(f"cannot open `{settings['port']}`: {error.strerror}",
                              remedy="plug the board in, or correct `port`")

        def power_off(self):
            self.board.write(b"relay off 0\\r")

        def power_on(self):
            self.board.write(b"relay on 0\\r")

    if __name__ == "__main__":
        Relay().run()

How it works:

- `start(settings)` comes first, with what the rig file says under `with`: checked against
  `plugin.yaml`, defaults filled in, durations in seconds, paths absolute. Open the device there,
  and switch nothing.
- The method `power_off` is called for `power.off`: what stands before the first `_` is the role.
  Its arguments are the parameters of the call, what it returns is the answer. A parameter that is
  a word of Python gets a `_` behind it: `for` comes as `for_`. Whatever is no method for fotarig
  has a name that begins with `_`.
- `raise Refused(text, remedy=...)` says what a person has to know and can mend. Any other exception
  is told too, but as a defect of the plugin, with its traceback in the log.
- `print()` and the output of children go to stderr. That is the plugin's log: its last lines are
  shown when something goes wrong. `self.log(...)` writes there; `self.say(...)` writes into the
  journal of the run.
- `finish()` comes at the end: stdin was closed, or SIGTERM came. Ctrl-C is ignored, since it is
  fotarig that decides what happens then.
- `self.leave_out("power.state")`, within `start`: with these settings the plugin cannot do that.
- `run_program([...], within=5)` runs a program, and `fetch(url, within=5)` asks a web server; both
  are bounded in time and size, and raise `Refused` with a reason that a person understands.
"""

import http.client
import inspect
import json
import keyword
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from typing import IO, Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set
from typing import Tuple
from urllib.parse import urlsplit

PROTOCOL = 1

# fotarig takes no longer answer; refusing it here names the method instead of ending the plugin.
MAX_ANSWER_BYTES = 1024 * 1024
# What is kept of a program's output is its end; more than any answer that is made of it.
MAX_OUTPUT_BYTES = 1024 * 1024
# No device says more in one answer.
MAX_REPLY_BYTES = 1024 * 1024
# A program has ended, but what it left behind holds its output open: so long is that read.
OUTPUT_AFTER_END_SECONDS = 0.5

FAILED = -32000
NO_REQUEST = -32600
NO_SUCH_METHOD = -32601
WRONG_PARAMETERS = -32602
NOT_JSON = -32700


class Refused(Exception):
    """What a person has to know, and what can be done: `Refused("no channel 9", remedy="…")`."""

    code = FAILED

    def __init__(self, message: str, remedy: Optional[str] = None):
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class _Fault(Refused):
    """A request or an answer that is not as the protocol wants it, with JSON-RPC's code for it."""

    def __init__(self, code: int, message: str, remedy: Optional[str] = None):
        super().__init__(message, remedy)
        self.code = code


class Plugin:
    """Derive from it, write `start` and a method for each thing that can be done, call `run()`."""

    rig: str = ""
    """The name of the rig that this process works for."""
    roles: Tuple[str, ...] = ()
    """The roles that it fills there."""

    def start(self, settings: Dict[str, Any]) -> None:
        """Open the device. Raise `Refused` if it is not there. Switch nothing."""

    def finish(self) -> None:
        """Give back what was taken, and leave the device as it is."""

    def log(self, text: str) -> None:
        """Write a line to the plugin's log, which is shown when something goes wrong."""
        try:
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            pass  # a log that nobody reads is no reason to stop switching

    def say(self, text: str) -> None:
        """Write a line into the journal of the run."""
        self._send({"jsonrpc": "2.0", "method": "log", "params": {"text": str(text)}})

    def leave_out(self, method: str) -> None:
        """Say, within `start`, that `method` (`power.state`) cannot be done with these settings."""
        self._left_out.add(method)

    def run(self) -> None:
        """Answer requests until stdin is closed."""
        self._left_out: Set[str] = set()
        self._writing = threading.Lock()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _end)
        requests = self._take_stdin_and_stdout()
        try:
            for line in requests:
                if line.strip():
                    self._answer(line)
        finally:
            try:
                # SIGTERM and the end of stdin at once: neither may end `finish` before it begins.
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            finally:
                if self._is_started:
                    self.finish()

    # From here on it is the protocol.

    _is_started = False

    def _take_stdin_and_stdout(self) -> IO[bytes]:
        """Keep both for the protocol: who prints writes to stderr, who reads finds nothing."""
        requests = os.fdopen(os.dup(0), "rb")
        self._answers: IO[bytes] = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        sys.stdout.flush()
        sys.stdout = sys.stderr
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        return requests

    def _answer(self, line: bytes) -> None:
        """Answer one line, whatever it is."""
        request_id = None
        try:
            request = _request(line)
            request_id = request["id"]
            answer = self._do(request["method"], request.get("params", {}))
            self._send({"jsonrpc": "2.0", "id": request_id, "result": answer})
        except Refused as refused:
            self._send_error(request_id, refused)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            self._send_error(request_id, Refused(f"{type(error).__name__}: {error}"))

    def _do(self, name: str, params: Any) -> Any:
        if not isinstance(params, dict):
            raise _Fault(WRONG_PARAMETERS, f"the parameters of `{name}` are no object")
        if name == "describe":
            return self._describe(params)
        methods = self._methods()
        if name not in methods:
            known = ", ".join(f"`{known}`" for known in methods) or "none"
            raise _Fault(NO_SUCH_METHOD, f"there is no method `{name}`; there is {known}")
        if not self._is_started:
            raise _Fault(NO_REQUEST, f"`describe` comes before `{name}`")
        arguments = {_argument(key): value for key, value in params.items()}
        try:
            inspect.signature(methods[name]).bind(**arguments)
        except TypeError as error:
            raise _Fault(WRONG_PARAMETERS, f"`{name}`: {error}") from error
        return methods[name](**arguments)

    def _describe(self, params: Mapping[str, Any]) -> Dict[str, Any]:
        if self._is_started:
            raise _Fault(NO_REQUEST, "`describe` was answered before")
        if params.get("protocol") != PROTOCOL:
            raise _Fault(
                FAILED,
                f"this plugin speaks protocol {PROTOCOL}, not {params.get('protocol')}",
                "use the `fotarig_plugin.py` that came with this fotarig",
            )
        settings = params.get("settings", {})
        if not isinstance(settings, dict):
            raise _Fault(WRONG_PARAMETERS, "the `settings` of `describe` are no object")
        self.rig = str(params.get("rig", ""))
        self.roles = tuple(params.get("roles", ()))
        self._left_out.clear()
        self.start(settings)
        self._is_started = True
        return {"protocol": PROTOCOL, "methods": list(self._methods())}

    def _methods(self) -> Dict[str, Callable[..., Any]]:
        """What can be called: public methods that have a role before their first `_`."""
        methods = {}
        for attribute in dir(type(self)):
            role, _, rest = attribute.partition("_")
            name = f"{role}.{rest}"
            if role and rest and not hasattr(Plugin, attribute) and name not in self._left_out:
                method = getattr(self, attribute)
                if callable(method):
                    methods[name] = method
        return methods

    def _send_error(self, request_id: Any, refused: Refused) -> None:
        error: Dict[str, Any] = {"code": refused.code, "message": refused.message}
        if refused.remedy is not None:
            error["data"] = {"remedy": refused.remedy}
        self._send({"jsonrpc": "2.0", "id": request_id, "error": error})

    def _send(self, message: Mapping[str, Any]) -> None:
        """Write one line; what cannot be written raises before its first byte is out."""
        try:
            text = json.dumps(message, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise _Fault(FAILED, f"the plugin's answer is no JSON: {error}") from error
        # Half a character, as of a file name that is no UTF-8, becomes a `?`.
        line = text.encode("utf-8", "replace") + b"\n"
        if len(line) > MAX_ANSWER_BYTES:
            much = f"the plugin's answer has {len(line)} bytes, and {MAX_ANSWER_BYTES} are allowed"
            raise _Fault(FAILED, much)
        try:
            with self._writing:
                while line:
                    line = line[self._answers.write(line) :]
        except BrokenPipeError:
            sys.exit(1)  # fotarig is gone; every `finally` on the way out is done


def _end(_signal: int, _frame: Any) -> None:
    """SIGTERM ends a plugin as `sys.exit` does: every `finally` on the way out is done."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def _argument(key: str) -> str:
    """The name of the argument that takes the parameter `key`."""
    return key + "_" if keyword.iskeyword(key) else key


def _request(line: bytes) -> Dict[str, Any]:
    """The request that stands in a line."""
    try:
        request = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _Fault(NOT_JSON, f"a line that is no JSON: {error}") from error
    if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
        raise _Fault(NO_REQUEST, 'a line that is no object with "jsonrpc": "2.0"')
    request_id = request.get("id")
    has_id = isinstance(request_id, (int, str)) and not isinstance(request_id, bool)
    if not has_id or not isinstance(request.get("method"), str):
        raise _Fault(NO_REQUEST, "a request without an `id` or without a `method`")
    return request


class Ended(NamedTuple):
    """How a program ended, and the end of what it wrote."""

    status: int
    """Its exit status; the negative number of the signal that ended it."""
    out: str
    err: str

    @property
    def how(self) -> str:
        """In words: `ended with status 3`, `was ended by SIGKILL`."""
        if self.status >= 0:
            return f"ended with status {self.status}"
        try:
            return f"was ended by {signal.Signals(-self.status).name}"
        except ValueError:
            return f"was ended by signal {-self.status}"

    def last_words(self, most: int = 500) -> str:
        """The end of what it wrote to stderr, else to stdout, as one line."""
        words = one_line(self.err.strip() or self.out)
        return words if len(words) <= most else "…" + words[-most:]


def one_line(text: str) -> str:
    """A text within a message: no line ends, and nothing that moves a terminal's cursor."""
    return "".join(each if each.isprintable() else "?" for each in " ".join(text.split()))


def run_program(
    command: Sequence[str],
    within: float,
    text: str = "",
    extra_environment: Optional[Mapping[str, str]] = None,
) -> Ended:
    """Run a program with `text` as its stdin; refuse what cannot be started or does not end.

    Its children are killed with it when the time is up. It stays in the plugin's process group, so
    that fotarig ends it together with the plugin whatever happens.
    """
    name = command[0]
    environment = {**os.environ, **(extra_environment or {})}
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
    except FileNotFoundError as error:
        remedy = "install it, or say where it is"
        raise Refused(f"there is no program `{name}`", remedy=remedy) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        remedy = "make it executable, and see that its first line names its interpreter"
        raise Refused(f"cannot start `{name}`: {why}", remedy=remedy) from error
    out, err = _Tail(process.stdout), _Tail(process.stderr)
    threading.Thread(target=_feed, args=(process.stdin, text), daemon=True).start()
    # A thread that waits wakes up at once; `wait` with a time limit looks every 50 ms.
    waiter = threading.Thread(target=process.wait, daemon=True)
    waiter.start()
    try:
        waiter.join(within)
        is_late = waiter.is_alive()
    finally:
        if waiter.is_alive():
            _kill_with_children(process.pid)
            waiter.join()
    ended = Ended(process.returncode, out.text(), err.text())
    if is_late:
        said = f"; its last words: {ended.last_words()}" if ended.last_words() else ""
        message = f"`{name}` did not end within {within:g} s and was killed{said}"
        raise Refused(message, remedy="see why it takes so long, or allow more time")
    return ended


class _Tail:
    """Reads a stream to its end, and keeps the last MAX_OUTPUT_BYTES of it."""

    def __init__(self, stream: IO[bytes]):
        self._stream = stream
        self._kept = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            piece = os.read(self._stream.fileno(), 65536)
            if not piece:
                return
            self._kept = (self._kept + piece)[-MAX_OUTPUT_BYTES:]

    def text(self) -> str:
        self._reader.join(OUTPUT_AFTER_END_SECONDS)
        return self._kept.decode("utf-8", "replace")


def _feed(stream: IO[bytes], text: str) -> None:
    """Write a program's stdin, and close it."""
    try:
        stream.write(text.encode("utf-8", "replace"))
        stream.close()
    except OSError:
        pass  # it ended without reading all


def _kill_with_children(ancestor: int) -> None:
    """Kill a program and what it started; who is below it is known before anybody is killed."""
    for pid in [ancestor, *_descendants(ancestor)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass  # it has ended meanwhile


def _descendants(ancestor: int) -> List[int]:
    """The processes below one, as Linux tells in /proc; none where there is no /proc."""
    children: Dict[int, List[int]] = {}
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry))
        except (OSError, ValueError, IndexError):
            pass  # no process, or one that has ended meanwhile
    found = [ancestor]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found[1:]


class Reply(NamedTuple):
    """What a web server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def words(self, most: int = 200) -> str:
        """The beginning of the body as one line, for a message."""
        words = one_line(self.text)
        return words if len(words) <= most else words[:most] + "…"


def fetch(
    url: str,
    within: float,
    headers: Optional[Mapping[str, str]] = None,
    method: str = "GET",
    body: Optional[bytes] = None,
) -> Reply:
    """Ask a web server; whatever it answers is a reply, and only no answer is refused.

    `within` holds from the first to the last byte. No proxy is used, no redirection is followed,
    and no message has the query or a header, since a password may be in them.
    """
    until = time.monotonic() + within
    connection, server, target = _way(url, within)
    is_late = threading.Event()
    try:
        connection.connect()
        watchdog = threading.Timer(until - time.monotonic(), _cut, [connection.sock, is_late])
        watchdog.daemon = True
        watchdog.start()
        try:
            sent = {"Connection": "close", **(headers or {})}
            connection.request(method, target, body=body, headers=sent)
            response = connection.getresponse()
            reply = Reply(response.status, response.headers, response.read(MAX_REPLY_BYTES + 1))
        finally:
            watchdog.cancel()
    except (OSError, ValueError, http.client.HTTPException) as error:
        if not is_late.is_set() and not isinstance(error, socket.timeout):
            raise _unreached(server, error) from error
        is_late.set()
    finally:
        connection.close()
    if is_late.is_set():
        remedy = "see whether it is busy or hangs, or allow more time"
        raise Refused(f"{server} did not answer within {within:g} s", remedy=remedy)
    if len(reply.body) > MAX_REPLY_BYTES:
        remedy = "see whether the address is that of the device"
        raise Refused(f"{server} answers with more than {MAX_REPLY_BYTES} bytes", remedy=remedy)
    return reply


def _way(url: str, within: float) -> Tuple[http.client.HTTPConnection, str, str]:
    """The way to a server, its name for messages, and what to ask it for."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        address = url.partition("?")[0]
        raise Refused(f"`{address}` is no address of a web server", remedy="write http://host:port")
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    server = f"`{host}:{port}`" if port else f"`{host}`"
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=within), server, target
    return http.client.HTTPConnection(host, port, timeout=within), server, target


def _cut(line: socket.socket, is_late: threading.Event) -> None:
    """End a connection whose time is up, so that whoever reads from it goes on."""
    is_late.set()
    try:
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        pass  # it was closed meanwhile


def _unreached(server: str, error: Exception) -> Refused:
    """Why there is no reply, and what can be done about it."""
    if isinstance(error, socket.gaierror):
        return Refused(f"there is no host {server}", remedy="correct the address")
    if isinstance(error, ConnectionRefusedError):
        remedy = "see whether it is switched on and runs, and correct the address or the port"
        return Refused(f"{server} refuses the connection", remedy=remedy)
    if isinstance(error, http.client.RemoteDisconnected):
        remedy = "see whether it is the right server, and whether it wants https"
        return Refused(f"{server} closed the connection without an answer", remedy=remedy)
    if isinstance(error, ssl.SSLError):
        message = f"there is no secure connection to {server}: {error.reason or error}"
        remedy = "see whether it speaks https, and who signed its certificate"
        return Refused(message, remedy=remedy)
    if isinstance(error, (http.client.HTTPException, ValueError)):
        message = f"{server} answers what is no HTTP: {type(error).__name__}"
        remedy = "see whether it is the right server, and whether it wants https"
        return Refused(message, remedy=remedy)
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    remedy = "see whether the network leads there, and correct the address"
    return Refused(f"{server} cannot be reached: {why}", remedy=remedy)
