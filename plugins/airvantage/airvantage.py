#!/usr/bin/env python3
"""The role `cloud` by the REST API of AirVantage. The sources of its calls are in README.md."""

import functools
import os
import re
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused  # noqa: E402
from api import Api  # noqa: E402
from login import Login  # noqa: E402
from rest import Secrets, Server, shortened  # noqa: E402
from system import OVER, STATES, System  # noqa: E402

# Below the `answer_within` of plugin.yaml.
MAX_WITHIN_SECONDS = 80.0
# Below the `within` of `await` in plugin.yaml; longer than an install after a lost network.
MAX_AWAIT_SECONDS = 4 * 3600.0
# The vendor's own clients ask every 5 s; more often than each second is impolite.
MIN_POLL_SECONDS = 1.0
MAX_POLL_SECONDS = 600.0
MIN_TIME_SECONDS = 0.1

UNITS_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}


def bounded(method):
    """A call gets its time, and tells nothing secret."""

    @functools.wraps(method)
    def wrapped(self, *arguments, **params):
        hide = self.secrets.hide
        try:
            self.begin()
            return method(self, *arguments, **params)
        except Refused as refused:
            remedy = refused.remedy and hide(refused.remedy)
            raise Refused(hide(refused.message), remedy=remedy) from None
        except Exception as error:
            self.log(hide(traceback.format_exc()))
            text = hide(f"a defect of this plugin: {type(error).__name__}: {error}")
            raise Refused(text, remedy="report it, with the lines of its log") from None

    return wrapped


class AirVantage(Plugin):
    """One system on AirVantage, and the operations on it."""

    def __init__(self):
        super().__init__()
        self.secrets = Secrets()
        self.server = None
        self.operation = None

    @bounded
    def start(self, settings):
        self.within = in_range(settings, "within", MIN_TIME_SECONDS, MAX_WITHIN_SECONDS)
        self.poll = in_range(settings, "poll", MIN_POLL_SECONDS, MAX_POLL_SECONDS)
        timeout = in_range(settings, "timeout", MIN_TIME_SECONDS, MAX_WITHIN_SECONDS)
        self.server = Server(settings["server"], timeout, settings.get("ca_file"))
        login = Login(settings, self.server, self.secrets)
        api = Api(self.server, login, self.note, settings.get("company"))
        self.begin()
        self.system = System(api, settings)

    def begin(self):
        """A call begins, or goes on after a pause."""
        if self.server is not None:
            self.server.allow(self.within)

    def note(self, text):
        self.log(self.secrets.hide(text))

    @bounded
    def cloud_install(self, package):
        self.operation = self.system.install(self.system.application(package))
        return {"operation": self.operation}

    @bounded
    def cloud_state(self, operation=None):
        operation = operation or self.current()
        return {"operation": None} if operation is None else self.system.state_of(operation)

    @bounded
    def cloud_await(self, within, state=None, operation=None):
        within = seconds(within)
        if state not in (None, *STATES):
            remedy = f"one of {', '.join(STATES)}"
            raise Refused(f"an operation has no state `{state}`", remedy=remedy)
        end = time.monotonic() + within
        operation = operation or self.current()
        if operation is None:
            raise Refused("there is no operation to wait for", remedy="`cloud: install` before")
        while True:
            found = self.system.state_of(operation)
            now, wanted = found["state"], state or "over"
            if now == state or (state is None and now in OVER):
                return found
            if now in OVER:
                raise Refused(
                    f"the operation {operation} has ended as `{now}`, not as `{wanted}`",
                    remedy="its timeline on the server's pages says more",
                )
            left = end - time.monotonic()
            if left <= 0:
                raise Refused(
                    f"the operation {operation} is `{now}` after {within:g} s, not `{wanted}`",
                    remedy="see that the module has a session, or allow more time",
                )
            time.sleep(min(self.poll, left))
            self.begin()

    @bounded
    def cloud_cancel(self, operation=None):
        if operation is not None:
            wanted = [operation]
        else:
            running = self.system.running()
            mine = [] if self.operation in (None, *running) else [self.operation]
            wanted = [*mine, *running]
        return {"cancelled": [uid for uid in wanted if self.system.cancel(uid)]}

    @bounded
    def cloud_system(self):
        return self.system.details()

    def current(self):
        """The last operation; after a new start of this plugin, the one that runs."""
        if self.operation is not None:
            return self.operation
        running = self.system.running()
        if len(running) > 1:
            raise Refused(
                f"{len(running)} operations run for the system: {shortened(', '.join(running))}",
                remedy="say which, as `operation`, or `cloud: cancel` before",
            )
        return running[0] if running else None


def in_range(settings, name, least, most):
    """A setting that is a duration within bounds."""
    value = settings[name]
    if not least <= value <= most:
        raise Refused(f"`{name}` is {value:g} s", remedy=f"choose {least:g} s to {most:g} s")
    return value


def seconds(within):
    """The length of a wait: seconds, or a text with its unit as scenarios have it."""
    match = re.fullmatch(r"([0-9.]+) *(ms|s|min|h)", within) if isinstance(within, str) else None
    try:
        length = float(match[1]) * UNITS_SECONDS[match[2]] if match else float(within)
    except (TypeError, ValueError):
        length = -1.0
    if not 0 < length <= MAX_AWAIT_SECONDS:
        most = f"{MAX_AWAIT_SECONDS / 3600:g} h"
        remedy = f"choose more than 0 s, and at most {most}, as in `30min`"
        raise Refused(f"`within` is `{within}`", remedy=remedy)
    return length


if __name__ == "__main__":
    AirVantage().run()
