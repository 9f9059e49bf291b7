#!/usr/bin/env python3
"""Plays a relay board with four relays on a pseudo-terminal: `stand_in.py numato` or `lcus`.

It tells its settings, then each command that it gets. What it is told on stdin changes it:
`unplug`, `plug`, `deaf` (answers no more), `stuck` (its relays move no more), `well`.
"""

import json
import os
import pty
import re
import select
import sys
import tempfile
import tty

RELAYS = 4


class Board:
    """A board, and the link by which its port is found."""

    def __init__(self, kind, folder):
        self.kind = kind
        self.link = os.path.join(folder, "relay-board")
        self.pulls = [False] * RELAYS
        self.mood = "well"
        self.heard = b""
        self.master = None
        self.plug()

    def plug(self):
        self.master, port = pty.openpty()
        tty.setraw(port)
        # The port stays open here too, so that a plugin that closes it does not end the terminal.
        self.port = port
        os.symlink(os.ttyname(port), self.link)

    def unplug(self):
        os.unlink(self.link)
        os.close(self.master)
        os.close(self.port)
        self.master = None

    def hear(self, piece):
        self.heard += piece
        step = self.hear_line if self.kind == "numato" else self.hear_frame
        while step():
            pass

    def answer(self, text):
        if self.mood != "deaf":
            os.write(self.master, text)

    def hear_line(self):
        """Numato echoes what it gets, then answers, then prompts."""
        line, end, rest = self.heard.partition(b"\r")
        if not end:
            return False
        self.heard = rest
        said = b""
        match = re.fullmatch(rb"relay (on|off|read) ([0-9A-V])", line)
        if line == b"ver":
            said = b"00000008\n\r"
        elif match and int(match[2], 36) < RELAYS:
            print(line.decode(), flush=True)
            said = self.obey(match[1], int(match[2], 36))
        self.answer(line + b"\n\r" + said + b">")
        return True

    def obey(self, verb, relay):
        if verb == b"read":
            return b"on\n\r" if self.pulls[relay] else b"off\n\r"
        self.move(relay, verb == b"on")
        return b""

    def hear_frame(self):
        """LCUS takes frames of four bytes, and FF for its status."""
        if self.heard[:1] == b"\xff":
            self.heard = self.heard[1:]
            print("FF", flush=True)
            lines = [f"CH{n + 1}: {'ON ' if on else 'OFF'}\r\n" for n, on in enumerate(self.pulls)]
            self.answer("".join(lines).encode())
            return True
        if len(self.heard) < 4:
            return False
        frame, self.heard = self.heard[:4], self.heard[4:]
        print(frame.hex(" ").upper(), flush=True)
        if frame[0] == 0xA0 and sum(frame[:3]) & 0xFF == frame[3] and 1 <= frame[1] <= RELAYS:
            self.move(frame[1] - 1, frame[2] == 1)
        return True

    def move(self, relay, pulls):
        if self.mood != "stuck":
            self.pulls[relay] = pulls

    def told(self, what):
        if what in ("plug", "unplug"):
            getattr(self, what)()
        else:
            self.mood = what
        print("told", flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        board = Board(sys.argv[1], folder)
        print(json.dumps({"port": board.link, "board": board.kind}), flush=True)
        while True:
            sources = [0] if board.master is None else [0, board.master]
            ready = select.select(sources, [], [])[0]
            if board.master in ready:
                board.hear(os.read(board.master, 1024))
            elif 0 in ready:
                line = sys.stdin.readline()
                if not line:
                    return
                board.told(line.strip())


if __name__ == "__main__":
    main()
