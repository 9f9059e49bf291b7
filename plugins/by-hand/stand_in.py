#!/usr/bin/env python3
"""Plays a terminal with a person who answers `yes sir`, then with Enter; on stdin: `no`, `gone`."""

import json
import os
import pty
import select
import sys


class Person:
    """Reads what the terminal shows, and answers each question."""

    def __init__(self):
        self.master, self.port = pty.openpty()
        self.shown = b""
        self.refuses = False
        # Before the first question: it must not be taken for an answer.
        self.type(b"\n")
        self.is_first = True

    def type(self, keys):
        os.write(self.master, keys)

    def look(self):
        self.shown += os.read(self.master, 4096)
        for mark in (b"if you cannot: ", b"type 'no': "):
            before, found, after = self.shown.partition(mark)
            if found:
                self.shown = after
                question = before.rpartition(b">>> ")[2] + mark
                print(question.decode().strip(), flush=True)
                self.answer()

    def answer(self):
        if self.refuses:
            self.type(b"no\n")
        elif self.is_first:
            self.is_first = False
            self.type(b"yes sir\n")
        else:
            self.type(b"\n")

    def leave(self):
        os.close(self.master)
        os.close(self.port)
        self.master = None


def main():
    person = Person()
    path = os.ttyname(person.port)
    print(json.dumps({"terminal": path}), flush=True)
    while True:
        sources = [0] if person.master is None else [0, person.master]
        ready = select.select(sources, [], [])[0]
        if person.master in ready:
            person.look()
        elif 0 in ready:
            line = sys.stdin.readline()
            if not line:
                return
            person.refuses = line.strip() == "no"
            if line.strip() == "gone":
                person.leave()
            print("told", flush=True)


if __name__ == "__main__":
    main()
