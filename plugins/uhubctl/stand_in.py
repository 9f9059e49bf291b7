#!/usr/bin/env python3
"""Plays uhubctl 2.5.0 with a USB 3 hub at 1-1 and 2-1 that has four ports.

As the stand-in it writes that program into a folder, and tells what it was asked with `-a`. What it
is told on stdin: `sticky` (the USB 2 half gives power again at once, unless off is repeated),
`forbidden`, `unplugged`, `hanging`, `well`.
"""

import json
import os
import select
import sys
import tempfile
import time

HALVES = {
    "2-1": "[2109:0822 VIA Labs, Inc. USB3.1 Hub, USB 3.20, 4 ports, ppps]",
    "1-1": "[2109:2822 VIA Labs, Inc. USB2.0 Hub, USB 2.10, 4 ports, ppps]",
}
ON = {"2-1": "02a0 power 5gbps Rx.Detect", "1-1": "0103 power enable connect [1199:c001 HL7800]"}
OFF = {"2-1": "00a0 off", "1-1": "0000 off"}


def main():
    with tempfile.TemporaryDirectory() as folder:
        fifo_path = os.path.join(folder, "heard")
        os.mkfifo(fifo_path)
        fifo = os.open(fifo_path, os.O_RDWR)
        for half in HALVES:
            write(folder, half, "on")
        write(folder, "mood", "well")
        command = f'exec "{sys.executable}" "{os.path.abspath(__file__)}" --play "{folder}" "$@"'
        program = write(folder, "uhubctl", f"#!/bin/sh\n{command}\n")
        os.chmod(program, 0o755)
        print(json.dumps({"program": program}), flush=True)
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


def play(folder, arguments):
    """Be uhubctl."""
    options = dict(zip(arguments[::2], arguments[1::2]))
    mood, action = read(folder, "mood"), options.get("-a")
    if action:
        write(folder, "heard", " ".join(arguments) + "\n")
    if mood == "hanging":
        time.sleep(60)
    location = options["-l"]
    if mood in ("forbidden", "unplugged") or location not in HALVES:
        print(f"No compatible devices detected at location {location}!", file=sys.stderr)
        print("Run with -h to get usage info.", file=sys.stderr)
        if mood == "forbidden":
            print("There were permission problems while accessing USB.", file=sys.stderr)
        sys.exit(1)
    for half in HALVES:
        show(folder, half, "Current", options["-p"])
        if action:
            is_back = mood == "sticky" and half == "1-1" and int(options.get("-r", "1")) < 10
            write(folder, half, "on" if is_back else action)
            print(f"Sent power {action} request")
            show(folder, half, "New", options["-p"])


def show(folder, half, when, port):
    print(f"{when} status for hub {half} {HALVES[half]}")
    if 1 <= int(port) <= 4:
        print(f"  Port {port}: {(ON if read(folder, half) == 'on' else OFF)[half]}")


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--play"]:
        play(sys.argv[2], sys.argv[3:])
    else:
        main()
