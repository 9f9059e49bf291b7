#!/usr/bin/env python3
"""A plugin of fotarig; fotarig_plugin.py, in the folder above, speaks the protocol."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused  # noqa: E402


class Relay(Plugin):
    def start(self, settings):
        """Looks for the device; nothing is switched yet."""
        self.port = settings["port"]
        self._look()

    def power_off(self):
        self._tell("relay off 0")

    def power_on(self):
        self._tell("relay on 0")

    def _look(self):
        if not os.path.exists(self.port):
            raise Refused("the device is gone", remedy="plug it in, or correct the setting `port`")

    def _tell(self, line):
        self._look()
        with open(self.port, "w") as device:
            device.write(line + "\n")


if __name__ == "__main__":
    Relay().run()
