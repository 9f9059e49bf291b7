#!/usr/bin/env python3
"""Plays a laboratory supply with a program of its own, and tells what that program was asked.

On stdin: `broken` makes the program fail, `slow` makes it hang with a child, `well` heals it.
"""

import json
import os
import select
import sys
import tempfile

PROGRAM = """#!/bin/sh
# The supply's program: psu on|off|state
cd "{folder}" || exit 9
echo "$1 $PSU_PASSWORD" > heard
case $(cat mood) in
broken) echo "Output 1 is locked by the front panel" >&2; exit 3 ;;
slow) sleep 60 & echo "waiting for the supply" >&2; wait ;;
esac
case $1 in
on | off) echo "$1" > output ;;
state) echo "OUTPUT 1: $(cat output), 3.80 V" ;;
esac
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        heard = os.path.join(folder, "heard")
        os.mkfifo(heard)
        fifo = os.open(heard, os.O_RDWR)
        write(folder, "mood", "well")
        write(folder, "output", "on")
        program = write(folder, "psu", PROGRAM.format(folder=folder))
        os.chmod(program, 0o755)
        settings = {"off": [program, "off"], "on": f"{program} on", "state": [program, "state"]}
        print(json.dumps(settings), flush=True)
        relay_lines(folder, fifo)


def relay_lines(folder, fifo):
    """Pass on what the program was asked, and take what we are told."""
    while True:
        ready = select.select([0, fifo], [], [])[0]
        if fifo in ready:
            sys.stdout.write(os.read(fifo, 4096).decode())
            sys.stdout.flush()
        elif 0 in ready:
            line = sys.stdin.readline()
            if not line:
                return
            write(folder, "mood", line.strip())
            print("told", flush=True)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


if __name__ == "__main__":
    main()
