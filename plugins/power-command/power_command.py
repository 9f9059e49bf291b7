#!/usr/bin/env python3
"""Switches power by commands of your own: for off, on, state, reset and wake."""

import os
import re
import shlex
import shutil
import sys
from typing import Any, Dict, List

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Ended, Plugin, Refused, one_line, run_program

METHODS = ("off", "on", "state", "reset", "wake")


class PowerCommand(Plugin):
    """The role `power`: each method is a command."""

    def start(self, settings: Dict[str, Any]) -> None:
        self._within = settings.get("within", 20.0)
        self._folder = settings.get("folder", ".")
        self._environment = {k: str(v) for k, v in (settings.get("environment") or {}).items()}
        self._commands: Dict[str, List[str]] = {}
        for method in METHODS:
            if settings.get(method) is None:
                self.leave_out(f"power.{method}")
            else:
                self._commands[method] = _command(method, settings[method])
        self._on = _pattern(settings, "state_on", r"(?i)\bon\b")
        self._off = _pattern(settings, "state_off", r"(?i)\boff\b")
        self._enter_folder()
        for method, command in self._commands.items():
            _find_program(method, command[0])

    def power_off(self) -> None:
        self._run("off")

    def power_on(self) -> None:
        self._run("on")

    def power_reset(self) -> None:
        self._run("reset")

    def power_wake(self) -> None:
        self._run("wake")

    def power_state(self) -> Dict[str, str]:
        ended = self._run("state")
        out = ended.out
        is_on, is_off = bool(self._on.search(out)), bool(self._off.search(out))
        if is_on == is_off:
            which = "both `state_on` and `state_off` are" if is_on else "no state is"
            said = one_line(out)[-300:] or "nothing"
            message = f"{which} found in what the command `state` prints: {said}"
            raise Refused(message, remedy="correct `state_on` and `state_off` for this output")
        return {"power": "on" if is_on else "off"}

    def _enter_folder(self) -> None:
        try:
            os.chdir(self._folder)
        except OSError as error:
            message = f"the commands cannot be run in `{self._folder}`: {error.strerror}"
            raise Refused(message, remedy="correct `folder`") from error

    def _run(self, method: str) -> Ended:
        """Run a command; it is an error of the rig when its exit status is not 0."""
        command = self._commands[method]
        ended = run_program(command, self._within, extra_environment=self._environment)
        if ended.status != 0:
            words = ended.last_words()
            said = f": {words}" if words else ", and said nothing"
            message = f"the command `{method}` {ended.how}{said}"
            raise Refused(message, remedy=f"run it by hand: {_shown(command)}")
        return ended


def _command(method: str, given: Any) -> List[str]:
    """A list is run as it is, a text by `sh`."""
    if isinstance(given, str) and given.strip():
        return ["sh", "-c", given]
    if isinstance(given, list) and given and all(_is_word(word) for word in given):
        return [str(word) for word in given]
    remedy = f"write `{method}: [program, argument]`, or a text that `sh` runs"
    raise Refused(f"`{method}` is no command", remedy=remedy)


def _shown(command: List[str]) -> str:
    """A command as a person types it."""
    is_text = len(command) == 3 and command[:2] == ["sh", "-c"]
    return command[2] if is_text else " ".join(map(shlex.quote, command))


def _is_word(word: Any) -> bool:
    return isinstance(word, (str, int, float)) and not isinstance(word, bool) and str(word) != ""


def _find_program(method: str, program: str) -> None:
    """Say now that a program is missing, and not when the supply has to go."""
    if shutil.which(program) is None:
        message = f"the command `{method}` needs `{program}`, which is not here or no program"
        raise Refused(message, remedy=f"install it, or write its whole path in `{method}`")


def _pattern(settings: Dict[str, Any], key: str, otherwise: str) -> "re.Pattern[str]":
    try:
        return re.compile(settings.get(key, otherwise))
    except re.error as error:
        message = f"`{key}` is no regular expression: {error}"
        raise Refused(message, remedy="it is a regular expression of Python") from error


if __name__ == "__main__":
    PowerCommand().run()
