#!/usr/bin/env python3
"""Switches power by a relay board on a serial port: Numato, LCUS and boards like it.

One board may serve several rigs, and each rig has a process of this plugin of its own. So the port
is not opened exclusively; every exchange with the board holds a lock on it (flock) instead.
"""

import errno
import fcntl
import os
import re
import select
import sys
import termios
import time
from typing import Any, Callable, Dict, Optional

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused, one_line

# A board answers within milliseconds; what takes this long is no answer.
ANSWER_SECONDS = 1.0
# The contacts of such relays take about 10 ms; the boards' own programs wait 50 ms.
SETTLE_SECONDS = 0.05
# Other rigs' processes hold the board for one exchange each.
LOCK_SECONDS = 10.0
# Far more than any answer; a port that talks on and on is not a relay board.
MAX_ANSWER_BYTES = 4096

UNPLUGGED = "plug the relay board in again, and see `dmesg` for why it went away"


class Port:
    """The serial port of a board: opened when it is needed, and again after it went away."""

    def __init__(self, path: str, baud: int):
        self._path = path
        self._speed = getattr(termios, f"B{baud}", 0)
        if self._speed == termios.B0:
            raise Refused(f"{baud} baud is no speed of a serial port", remedy="correct `baud`")
        self._fd: Optional[int] = None

    def exchange(self, request: bytes, is_whole: Callable[[bytes], bool]) -> bytes:
        """Send a request, and read until the answer is whole or its time is up."""
        if self._fd is not None:
            try:
                return self._exchange(request, is_whole)
            except (OSError, termios.error):
                # It went away since; a board that was plugged in again is at the same path.
                self.close()
        try:
            return self._exchange(request, is_whole)
        except (OSError, termios.error) as error:
            self.close()
            message = f"the relay board at `{self._path}` is gone: {_why(error)}"
            raise Refused(message, remedy=UNPLUGGED) from error

    def open(self) -> None:
        """See whether the port can be used at all."""
        try:
            self._open()
        except (OSError, termios.error) as error:
            code = error.args[0] if error.args else None
            remedies = {
                errno.ENOENT: "plug the relay board in, or correct `port` (`ls /dev/serial/by-id`)",
                errno.EACCES: "join the group of the port (often `dialout`) and log in anew",
                errno.EBUSY: "another program has the port for itself (`fuser` tells): end it",
                errno.ENOTTY: "`port` is no serial port: correct it",
            }
            remedy = remedies.get(code, "see whether `port` is the relay board's serial port")
            message = f"cannot open the relay board at `{self._path}`: {_why(error)}"
            raise Refused(message, remedy=remedy) from error

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _exchange(self, request: bytes, is_whole: Callable[[bytes], bool]) -> bytes:
        fd = self._open()
        self._lock(fd)
        try:
            termios.tcflush(fd, termios.TCIOFLUSH)
            self._write(fd, request)
            return self._read(fd, is_whole)
        finally:
            fcntl.flock(fd, fcntl.LOCK_UN)

    def _open(self) -> int:
        if self._fd is None:
            fd = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                self._set_up(fd)
            except (OSError, termios.error):
                os.close(fd)
                raise
            self._fd = fd
        return self._fd

    def _set_up(self, fd: int) -> None:
        """Raw, eight bits, no flow control, and no drop of DTR when the port is closed."""
        settings = termios.tcgetattr(fd)
        settings[0] = termios.IGNBRK
        settings[1] = 0
        settings[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
        settings[3] = 0
        settings[4] = settings[5] = self._speed
        termios.tcsetattr(fd, termios.TCSANOW, settings)

    def _lock(self, fd: int) -> None:
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Refused(
                        f"another process keeps the relay board at `{self._path}` locked",
                        remedy="end the other program that uses the board (`fuser` tells which)",
                    ) from None
                time.sleep(0.005)

    def _write(self, fd: int, request: bytes) -> None:
        until = time.monotonic() + ANSWER_SECONDS
        while request:
            if not select.select([], [fd], [], max(0.0, until - time.monotonic()))[1]:
                message = f"the relay board at `{self._path}` takes no bytes"
                raise Refused(message, remedy="unplug it and plug it in again")
            request = request[os.write(fd, request) :]

    def _read(self, fd: int, is_whole: Callable[[bytes], bool]) -> bytes:
        answer = b""
        until = time.monotonic() + ANSWER_SECONDS
        while not is_whole(answer) and len(answer) < MAX_ANSWER_BYTES:
            if not select.select([fd], [], [], max(0.0, until - time.monotonic()))[0]:
                break
            piece = os.read(fd, MAX_ANSWER_BYTES)
            if not piece:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            answer += piece
        return answer


class Numato:
    """Numato's boards: a line in, its echo, the answer and `>` out."""

    can_read_back = True

    def __init__(self, port: Port, _settings: Dict[str, Any]):
        self._port = port

    def check_channel(self, channel: str) -> None:
        """Boards up to 32 relays have one digit or letter, boards of 64 have two digits."""
        if not re.fullmatch(r"[0-9A-Va-v]|[0-6][0-9]", channel):
            remedy = "write it as the board does: 0 to 9, A to V, or 00 to 63 on boards of 64"
            raise Refused(f"`{channel}` is no relay of a Numato board", remedy=remedy)

    def greet(self) -> None:
        """End what a program before us left half written, and see that a board is there."""
        self._ask("ver")

    def switch(self, channel: str, pulls: bool) -> None:
        self._ask(f"relay {'on' if pulls else 'off'} {channel}")

    def pulls(self, channel: str) -> bool:
        """Whether a relay pulls."""
        answer = self._ask(f"relay read {channel}").split()
        if answer not in (["on"], ["off"]):
            said = f"it says `{one_line(' '.join(answer))}`" if answer else "it says nothing"
            message = f"the relay board does not tell of relay {channel}: {said}"
            raise Refused(message, remedy="see whether the board has that relay, and `board`")
        return answer == ["on"]

    def _ask(self, command: str) -> str:
        """What the board says to a command, without the echo and the prompt."""
        # The first line end closes whatever stands in the board's line already.
        request = b"\r" + command.encode("ascii") + b"\r"
        echo = command.encode("ascii")

        def is_whole(answer: bytes) -> bool:
            return echo in answer and b">" in answer.rpartition(echo)[2]

        answer = self._port.exchange(request, is_whole)
        if not is_whole(answer):
            heard = f"only {bytes(answer[-60:])!r}" if answer else "nothing"
            message = f"the relay board does not answer `{command}` as a Numato board: {heard} came"
            remedy = "see whether `port` and `board` are right, and whether ModemManager has it"
            raise Refused(message, remedy=remedy)
        return answer.rpartition(echo)[2].partition(b">")[0].decode("ascii", "replace").strip()


class Lcus:
    """LCUS boards: a frame of A0, channel, operation and checksum; many never answer."""

    def __init__(self, port: Port, settings: Dict[str, Any]):
        self._port = port
        self._query = settings.get("read_back", "none")
        self.can_read_back = self._query != "none"

    def check_channel(self, channel: str) -> None:
        if not re.fullmatch(r"[1-9]|1[0-6]", channel) or channel == "15":
            # 15 (0F) addresses all relays at once on boards that know it.
            message = f"`{channel}` is no relay of an LCUS board"
            raise Refused(message, remedy="its relays are counted from 1")

    def greet(self) -> None:
        """A board that does not answer cannot be told from another: there is nothing to ask."""

    def switch(self, channel: str, pulls: bool) -> None:
        self._port.exchange(_frame(channel, 1 if pulls else 0), lambda _: True)
        time.sleep(SETTLE_SECONDS)

    def pulls(self, channel: str) -> bool:
        """Whether a relay pulls, from lines `CH1: ON` or from one byte for each relay."""
        request = b"\xff" if self._query == "ff" else _frame(channel, 2)
        answer = self._port.exchange(request, self._is_whole(channel))
        lines = dict(re.findall(rb"CH(\d+)\s*:\s*(ON|OFF)", answer))
        if channel.encode() in lines:
            return lines[channel.encode()] == b"ON"
        if self._query == "ff" and set(answer) <= {0, 1} and len(answer) >= int(channel):
            return answer[int(channel) - 1] == 1
        heard = f"{bytes(answer[:60])!r} came" if answer else "nothing came"
        message = f"the relay board does not tell of relay {channel}: {heard}"
        remedy = "see whether it has that relay; if it cannot tell, say `read_back: none`"
        raise Refused(message, remedy=remedy)

    @staticmethod
    def _is_whole(channel: str) -> Callable[[bytes], bool]:
        line = re.compile(rb"CH" + channel.encode() + rb"\s*:\s*(ON|OFF)\s*[\r\n]")

        def is_whole(answer: bytes) -> bool:
            is_binary = bool(answer) and set(answer) <= {0, 1}
            return bool(line.search(answer)) or (is_binary and len(answer) >= int(channel))

        return is_whole


def _frame(channel: str, operation: int) -> bytes:
    start = [0xA0, int(channel), operation]
    return bytes([*start, sum(start) & 0xFF])


def _why(error: BaseException) -> str:
    """The system's words for an error of the port."""
    return os.strerror(error.args[0]) if isinstance(error.args[0], int) else str(error)


BOARDS = {"numato": Numato, "lcus": Lcus}


class Relay(Plugin):
    """The role `power`, by one relay for the supply and, where there are such, one for each pin."""

    def start(self, settings: Dict[str, Any]) -> None:
        port = Port(settings["port"], settings.get("baud", 9600))
        self._port = port
        self._board = BOARDS[settings["board"]](port, settings)
        self._supply = self._channel(settings, "channel")
        self._reset_pin = self._channel(settings, "reset_channel")
        self._wake_pin = self._channel(settings, "wake_channel")
        self._is_on_when_idle = settings.get("normally", "open") == "closed"
        self._cycle_off_for = settings.get("cycle_off_for", 2.0)
        self._pulse_for = settings.get("pulse_for", 0.5)
        if not self._board.can_read_back:
            self.leave_out("power.state")
        if self._wake_pin is None:
            self.leave_out("power.wake")
        port.open()
        self._board.greet()
        if self._board.can_read_back:
            self._board.pulls(self._supply)

    def power_off(self) -> None:
        self._give(False)

    def power_on(self) -> None:
        self._give(True)

    def power_state(self) -> Dict[str, str]:
        is_on = self._board.pulls(self._supply) != self._is_on_when_idle
        return {"power": "on" if is_on else "off"}

    def power_reset(self) -> None:
        if self._reset_pin is None:
            self._give(False)
            time.sleep(self._cycle_off_for)
            self._give(True)
        else:
            self._pulse(self._reset_pin)

    def power_wake(self) -> None:
        self._pulse(self._wake_pin)

    def finish(self) -> None:
        self._port.close()

    def _channel(self, settings: Dict[str, Any], key: str) -> Optional[str]:
        """A relay's name in its board's words."""
        if settings.get(key) is None:
            return None
        channel = str(settings[key])
        self._board.check_channel(channel)
        return channel

    def _give(self, is_on: bool) -> None:
        self._switch(self._supply, is_on != self._is_on_when_idle)

    def _pulse(self, channel: str) -> None:
        """Pull, and let go whatever happens meanwhile."""
        try:
            self._switch(channel, True)
            time.sleep(self._pulse_for)
        finally:
            self._switch(channel, False)

    def _switch(self, channel: str, pulls: bool) -> None:
        self._board.switch(channel, pulls)
        if self._board.can_read_back and self._board.pulls(channel) != pulls:
            message = f"relay {channel} did not switch: the board says it is still "
            remedy = "see whether the board has its supply, and whether another program switches it"
            raise Refused(message + ("off" if pulls else "on"), remedy=remedy)


if __name__ == "__main__":
    Relay().run()
