#!/usr/bin/env python3
"""Switches power through a running pdudaemon.

pdudaemon answers 200 when the switch did as it was told, and 500 for all else: an unknown switch,
a switch that cannot be reached. It cannot be asked for a state.
"""

import math
import os
import sys
from typing import Any, Dict
from urllib.parse import urlencode

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused, fetch

# Long enough for a server that is there, short enough for `start_within`.
GREETING_SECONDS = 5.0


class Pdudaemon(Plugin):
    """The role `power`, by one outlet of a switch that pdudaemon knows."""

    def start(self, settings: Dict[str, Any]) -> None:
        self._server = settings.get("server", "http://localhost:16421").rstrip("/")
        self._within = settings.get("within", 60.0)
        self._cycle_off_for = settings.get("cycle_off_for", 2.0)
        self._outlet = _outlet(settings)
        # Anything but `on`, `off` and `reboot` is answered with 404, and switches nothing.
        reply = fetch(f"{self._server}/power/control", GREETING_SECONDS)
        if reply.status in (401, 403, 407):
            message = f"`{self._server}` answers with status {reply.status}"
            raise Refused(message, remedy="see whether that is pdudaemon, or a proxy before it")

    def power_off(self) -> None:
        self._ask("off", self._within)

    def power_on(self) -> None:
        self._ask("on", self._within)

    def power_reset(self) -> None:
        delay = math.ceil(self._cycle_off_for)
        self._ask("reboot", self._within + delay, delay=delay)

    def _ask(self, action: str, within: float, **more: Any) -> None:
        query = urlencode({**self._outlet, **more})
        reply = fetch(f"{self._server}/power/control/{action}?{query}", within)
        if reply.status == 200:
            return
        which = ", ".join(f"{key} `{value}`" for key, value in self._outlet.items())
        message = f"pdudaemon does not switch {action} ({which}): status {reply.status}"
        if reply.words():
            message += f", {reply.words()}"
        if reply.status == 500:
            remedy = "see pdudaemon's log: does it know the name, does the switch answer?"
        else:
            remedy = "see whether `server` is pdudaemon, and its `listener` is `http`"
        raise Refused(message, remedy=remedy)


def _outlet(settings: Dict[str, Any]) -> Dict[str, str]:
    """How pdudaemon is told which outlet."""
    both = ("hostname", "port")
    named = {key: str(settings[key]) for key in both if settings.get(key) is not None}
    alias = settings.get("alias")
    if alias and not named:
        return {"alias": alias}
    if len(named) == 2 and not alias:
        return named
    message = "pdudaemon needs `hostname` and `port`, or `alias`, and not both"
    raise Refused(message, remedy="see `pdus` and `aliases` in pdudaemon's configuration")


if __name__ == "__main__":
    Pdudaemon().run()
