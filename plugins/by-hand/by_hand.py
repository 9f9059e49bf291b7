#!/usr/bin/env python3
"""Asks the person at the terminal to switch power, and waits for Enter.

Not a proof of anything: a person presses the wrong switch like a relay sticks. fotarig's own proof
(silence on the port) comes after the answer, as with any plugin that cannot read back.
"""

import errno
import os
import signal
import sys
import termios
from typing import Any, Dict

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused

QUESTIONS = {
    "off": "Switch the power of {what} OFF",
    "on": "Switch the power of {what} ON",
    "reset": "Reset {what}: press its reset button, or switch it off, count to three, and on",
    "wake": "Wake {what} up: pull its wake-up pin for a second",
}
HOW = "then press Enter; type 'no' and Enter if you cannot"
REFUSALS = ("no", "n")
NO_TERMINAL = "run fotarig in a terminal, or give `power` a plugin that switches by itself"
# What a person types is short; a paste is no answer.
MAX_LINE_BYTES = 4096


class ByHand(Plugin):
    """The role `power`, by a person."""

    def start(self, settings: Dict[str, Any]) -> None:
        # In the background, a process that reads from its terminal would be stopped without a word.
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self._path = settings.get("terminal", "/dev/tty")
        what = settings.get("what") or self.rig or "the module"
        self._questions = {
            method: settings.get(method) or question.format(what=what)
            for method, question in QUESTIONS.items()
        }
        os.close(self._open())

    def power_off(self) -> None:
        self._ask("off")

    def power_on(self) -> None:
        self._ask("on")

    def power_reset(self) -> None:
        self._ask("reset")

    def power_wake(self) -> None:
        self._ask("wake")

    def _open(self) -> int:
        try:
            terminal = os.open(self._path, os.O_RDWR | os.O_NOCTTY)
        except OSError as error:
            raise self._no_terminal(error) from error
        if not os.isatty(terminal):
            os.close(terminal)
            raise Refused(f"`{self._path}` is no terminal", remedy=NO_TERMINAL)
        return terminal

    def _ask(self, method: str) -> None:
        """Ask until it is done or refused."""
        terminal = self._open()
        try:
            # Enter that was typed before the question is no answer to it.
            termios.tcflush(terminal, termios.TCIFLUSH)
            question = f"\n\a>>> {self._questions[method]}, {HOW}: "
            while True:
                os.write(terminal, question.encode("utf-8", "replace"))
                answer = self._read_line(terminal)
                if not answer:
                    os.write(terminal, b">>> Thank you.\n")
                    return
                if answer in REFUSALS:
                    message = f"the person at the terminal said no to: {self._questions[method]}"
                    raise Refused(message, remedy="see what kept them from it")
                question = ">>> Press Enter alone when it is done, or type 'no': "
        except (OSError, termios.error) as error:
            raise self._no_terminal(error) from error
        finally:
            os.close(terminal)

    def _read_line(self, terminal: int) -> str:
        """A line as it was typed; Ctrl-D says no."""
        line = os.read(terminal, MAX_LINE_BYTES)
        return line.decode("utf-8", "replace").strip().lower() if line else "no"

    def _no_terminal(self, error: BaseException) -> Refused:
        """Why nobody can be asked: EIO comes in the background, and when a terminal hung up."""
        code = error.args[0]
        if code == errno.EIO:
            message = f"the terminal `{self._path}` is gone, or fotarig is in its background"
        elif code == errno.ENXIO:
            message = "there is no terminal where somebody could be asked"
        else:
            message = f"nobody can be asked at `{self._path}`: {os.strerror(code)}"
        return Refused(message, remedy=NO_TERMINAL)


if __name__ == "__main__":
    ByHand().run()
