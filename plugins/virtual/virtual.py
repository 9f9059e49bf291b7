#!/usr/bin/env python3
"""Every role of `fotarig simulate` through its control socket.

One connection for each call: a simulate that was started anew meanwhile is found again, and none of
its eight places for controllers is held while nothing is asked. A request is sent once: an answer
that stays away leaves open whether it was carried out, and asking twice could do it twice.
"""

import json
import os
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused  # noqa: E402

# Methods that go through as they are; `power.state` and `cloud.install` need more.
METHODS = {
    "power": ("off", "on", "reset", "wake"),
    "network": ("down", "up", "release_nat", "drop_context", "set"),
    "cloud": (
        "allow",
        "cancel",
        "fail_download",
        "refuse",
        "register",
        "rotate",
        "state",
        "unregister",
    ),
    "module": (
        "credentials",
        "defect",
        "firmware",
        "noise",
        "pin",
        "send",
        "state",
        "switch",
    ),
}

# What simulate reads of a package; others, as `cloud_id`, are for real clouds, and it refuses them.
PACKAGE_KEYS = ("name", "from", "to", "kind", "size", "file")

# What simulate says is far shorter; who says more is somebody else.
MAX_ANSWER_BYTES = 256 * 1024
# Below the `answer_within` of plugin.yaml, with a looked-up name before it.
MAX_TIMEOUT_SECONDS = 20.0
# A skip of a year with a module that polls every minute takes simulate some seconds.
SKIP_SECONDS = 280.0

IS_IT_RUNNING = (
    "see that `fotarig simulate … --control PATH` runs, and that `{setting}` leads to its socket"
)
IS_IT_SIMULATE = "see that `{setting}` leads to the control socket of `fotarig simulate`"


class Virtual(Plugin):
    """A virtual module in another process."""

    def start(self, settings):
        control, tcp = settings.get("control"), settings.get("tcp")
        if (control is None) == (tcp is None):
            raise Refused(
                "expected one of `control` and `tcp`",
                remedy="`control` is the path of the socket, `tcp` the address of a forwarded one",
            )
        self.timeout = settings["timeout"]
        if not 0 < self.timeout <= MAX_TIMEOUT_SECONDS:
            raise Refused(
                f"`timeout` is {self.timeout:g} s",
                remedy=f"choose more than 0 s, and at most {MAX_TIMEOUT_SECONDS:g} s",
            )
        self.line = Line.unix(control) if tcp is None else Line.tcp(tcp)
        self.sends_files = settings["files"] == "shared"
        self.supply()

    def supply(self):
        """Whether the module's supply is `on` or `off`; refused by what is no simulate."""
        state = self.ask("module", "state", {})
        supply = state.get("supply") if isinstance(state, dict) else None
        if supply not in ("on", "off"):
            raise Refused(
                f"{self.line.name} does not tell the module's supply",
                remedy=IS_IT_SIMULATE.format(setting=self.line.setting),
            )
        return supply

    def power_state(self):
        return {"power": self.supply()}

    def cloud_install(self, **params):
        package = params.get("package")
        if isinstance(package, dict):
            keys = [key for key in PACKAGE_KEYS if key != "file" or self.sends_files]
            known = {key: package[key] for key in keys if key in package}
            params = {**params, "package": known}
        return self.ask("cloud", "install", params)

    def clock_skip(self, **params):
        return self.ask("clock", "skip", params, within=SKIP_SECONDS)

    def ask(self, role, method, params, within=None):
        """Ask simulate for something; its refusal is ours."""
        # The helper marks names that Python has words for.
        params = {key.rstrip("_"): value for key, value in params.items()}
        request = {"role": role, "method": method, "params": params}
        answer = self.line.exchange(request, within or self.timeout)
        if "error" in answer:
            raise Refused(str(answer["error"]))
        if "result" not in answer:
            raise self.line.is_no_simulate(json.dumps(answer))
        return answer["result"]


def passed_on(role, method):
    """The method of the plugin that hands `method` of `role` on."""

    def call(self, **params):
        return self.ask(role, method, params)

    return call


for _role, _methods in METHODS.items():
    for _method in _methods:
        setattr(Virtual, f"{_role}_{_method}", passed_on(_role, _method))


class Line:
    """The way to the control socket."""

    def __init__(self, setting, name, family, address):
        self.setting = setting
        self.name = name
        self.family = family
        self.address = address

    @classmethod
    def unix(cls, path):
        return cls("control", f"`{path}`", socket.AF_UNIX, path)

    @classmethod
    def tcp(cls, text):
        host, colon, port = text.rpartition(":")
        host = host.strip("[]")
        if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise Refused(f"`{text}` is no `host:port`", remedy="for example `127.0.0.1:4321`")
        return cls("tcp", f"`{text}`", socket.AF_INET, (host, int(port)))

    def exchange(self, request, within):
        """Send a request and read its answer, an object."""
        deadline = time.monotonic() + within
        what = f"`{request['role']} {request['method']}`"
        with self.connect(deadline) as connection:
            try:
                connection.sendall(json.dumps(request).encode() + b"\n")
            except socket.timeout:
                raise self.silent(what, within) from None
            except OSError:
                pass  # why it does not listen may be waiting to be read
            answer = self.read_line(connection, deadline, (what, within))
        try:
            value = json.loads(answer.decode())
        except (ValueError, RecursionError):
            raise self.is_no_simulate(answer.decode("utf-8", "replace")) from None
        if not isinstance(value, dict):
            raise self.is_no_simulate(answer.decode())
        return value

    def connect(self, deadline):
        try:
            if self.family == socket.AF_INET:
                found = resolve(self.address, left(deadline))
            else:
                found = [(self.family, self.address)]
            return connect_to_one_of(found, deadline)
        except OSError as error:
            why = error.strerror or str(error) or "no answer in time"
            if isinstance(error, socket.timeout):
                why = "no answer in time"
            remedy = IS_IT_RUNNING.format(setting=self.setting)
            raise Refused(f"cannot connect to {self.name}: {why}", remedy=remedy) from None

    def read_line(self, connection, deadline, what_within):
        """The first line that comes, without its end."""
        what, within = what_within
        read = bytearray()
        while b"\n" not in read:
            if len(read) > MAX_ANSWER_BYTES:
                raise self.is_no_simulate(read[:100].decode("utf-8", "replace"))
            try:
                connection.settimeout(left(deadline))
                piece = connection.recv(65536)
            except socket.timeout:
                raise self.silent(what, within) from None
            except OSError:
                piece = b""
            if not piece:
                raise Refused(
                    f"{self.name} closed the connection without an answer to {what}, "
                    "which may have been carried out",
                    remedy=IS_IT_RUNNING.format(setting=self.setting),
                )
            read += piece
        return bytes(read.partition(b"\n")[0])

    def silent(self, what, within):
        return Refused(
            f"{self.name} did not answer {what} within {within:g} s; it may have been carried out",
            remedy="see that simulate is not stopped, or set a longer `timeout`",
        )

    def is_no_simulate(self, said):
        said = said if len(said) <= 100 else said[:100] + "…"
        return Refused(
            f"{self.name} answered with what simulate does not say: {said!r}",
            remedy=IS_IT_SIMULATE.format(setting=self.setting),
        )


def left(deadline):
    """The seconds until then; a socket takes no 0 as a time-out."""
    return max(deadline - time.monotonic(), 0.001)


def resolve(address, within):
    """The addresses of a name. The system's resolver knows no deadline, so it gets a thread."""
    found = []

    def look_up():
        try:
            found.append(socket.getaddrinfo(*address, type=socket.SOCK_STREAM))
        except OSError as error:
            found.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(within)
    if not found:
        raise OSError(None, f"the name `{address[0]}` was not found in time")
    if isinstance(found[0], OSError):
        raise found[0]
    return [(family, where) for family, _, _, _, where in found[0]]


def connect_to_one_of(addresses, deadline):
    """A connection to the first address that takes one."""
    trouble = OSError(None, "it has no address")
    for family, where in addresses:
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.settimeout(left(deadline))
        try:
            connection.connect(where)
            return connection
        except OSError as error:
            connection.close()
            trouble = error
    raise trouble


if __name__ == "__main__":
    Virtual().run()
