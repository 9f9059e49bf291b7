#!/usr/bin/env python3
"""Switches the supply of a USB port with the program uhubctl.

A USB 3 hub is two hubs in one box, and a port has power as long as one of them gives it. uhubctl
switches both and lists both, so a port counts as off only when it is off at each hub listed.
"""

import os
import re
import shutil
import sys
import time
from typing import Any, Dict, Sequence

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused, run_program

# Where distributions put it, and where a user's PATH often does not look.
SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/sbin"]
# uhubctl -p takes the ports as digits and ranges; hubs have no more ports than this.
MAX_PORT = 15

HUB = re.compile(r"^(?:Current|New) status for hub (\S+)")
PORT = re.compile(r"^\s+Port (\d+): ([0-9a-fA-F]{4})\s*(.*)$")


class UsbPort(Plugin):
    """The role `power`, by VBUS of one port."""

    def start(self, settings: Dict[str, Any]) -> None:
        self._program = _find(settings.get("program", "uhubctl"))
        self._location = settings["location"]
        self._port = settings["port"]
        self._within = settings.get("within", 15.0)
        self._repeat = settings.get("repeat", 1)
        self._options = list(settings.get("options") or [])
        self._cycle_off_for = settings.get("cycle_off_for", 2.0)
        if not 1 <= self._port <= MAX_PORT:
            message = f"`port` is {self._port}; a hub's ports are counted from 1"
            raise Refused(message, remedy="run `uhubctl` and take the number from its list")
        self._hubs()

    def power_off(self) -> None:
        self._switch("off", ["-a", "off", "-r", str(self._repeat)])

    def power_on(self) -> None:
        self._switch("on", ["-a", "on"])

    def power_reset(self) -> None:
        self.power_off()
        time.sleep(self._cycle_off_for)
        self.power_on()

    def power_state(self) -> Dict[str, str]:
        return {"power": self._state()}

    def _switch(self, wanted: str, action: Sequence[str]) -> None:
        """Switch, and believe what uhubctl reads from the hub right afterwards."""
        if self._state(action) == wanted:
            return
        message = f"port {self._port} of hub {self._location} is not {wanted}, says uhubctl"
        remedy = "see whether the hub is on uhubctl's list of hubs that can switch"
        if wanted == "off":
            remedy = f"raise `repeat` (now {self._repeat}; 10 to 100 helps), or " + remedy
        raise Refused(message, remedy=remedy)

    def _state(self, action: Sequence[str] = ()) -> str:
        """`off` when the port is off at each of the hub's two halves."""
        hubs = self._hubs(action)
        if len(set(hubs.values())) > 1:
            self.log("the halves of the hub differ: " + ", ".join(map(" ".join, hubs.items())))
        return "off" if set(hubs.values()) == {"off"} else "on"

    def _hubs(self, action: Sequence[str] = ()) -> Dict[str, str]:
        """What each hub at the location says of the port; after an action its new status counts."""
        hubs: Dict[str, str] = {}
        location = ""
        for line in self._uhubctl(action).splitlines():
            hub, port = HUB.match(line), PORT.match(line)
            if hub:
                location = hub[1]
            elif port and int(port[1]) == self._port:
                hubs[location] = "on" if "power" in port[3].split() else "off"
        if not hubs:
            message = f"hub {self._location} has no port {self._port}, says uhubctl"
            remedy = "run `uhubctl` and take `location` and `port` from its list"
            raise Refused(message, remedy=remedy)
        return hubs

    def _uhubctl(self, action: Sequence[str]) -> str:
        command = [self._program, "-l", self._location, "-p", str(self._port)]
        ended = run_program([*command, *self._options, *action], self._within)
        # Old versions end with 0 though they could not switch, and say so.
        failed = "Failed to control port power" in ended.out + ended.err
        if ended.status != 0 or failed:
            raise self._explain(ended.last_words())
        return ended.out

    def _explain(self, words: str) -> Refused:
        """uhubctl's own words, with what can be done."""
        message = f"uhubctl failed: {words or 'it says nothing'}"
        if "permission" in words.lower():
            remedy = "give yourself the hub by uhubctl's udev rules, or be root"
            return Refused(message, remedy=remedy)
        if "detected" in words:
            remedy = "run `uhubctl` and take `location` from its list; see that the hub is plugged"
            return Refused(message, remedy=remedy)
        return Refused(message, remedy="run it by hand, with `-l` and `-p` as in the rig file")


def _find(program: str) -> str:
    path = os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_FOLDERS])
    found = shutil.which(program, path=path)
    if found is None:
        remedy = "install it (`apt install uhubctl`), or say where it is in `program`"
        raise Refused(f"there is no program `{program}`", remedy=remedy)
    return found


if __name__ == "__main__":
    UsbPort().run()
