#!/usr/bin/env python3
"""Plays an attenuator with a command line of its own: writes that program, and tells what it got.

The program is a shell script in a folder of its own, which tells its words and variables through a
FIFO that is read here.
"""

import json
import os
import shutil
import sys
import tempfile
import threading

PROGRAM = """#!/bin/sh
told() { printf '%s\\n' "$*" > "$FOLDER/told"; }
case "$1" in
    fails) told fails; echo 'the attenuator is not there' >&2; exit 3 ;;
    hangs) told hangs; exec sleep 60 ;;
    floods) told floods; exec head -c 100000000 /dev/zero ;;
    reads) told reads "$(cat | wc -c)" ;;
    asked) told asked; echo '{"db": 30}' ;;
    *) told "$#" "$@" "db=$FOTARIG_DB" "key=$KEY" ;;
esac
"""


def listen(fifo):
    while True:
        with open(fifo) as lines:
            for line in lines:
                print(line.rstrip("\n"), flush=True)


def main():
    folder = tempfile.mkdtemp(prefix="fotarig-")
    program, fifo = os.path.join(folder, "attenuator"), os.path.join(folder, "told")
    with open(program, "w") as file:
        file.write(PROGRAM)
    os.chmod(program, 0o755)
    os.mkfifo(fifo)
    threading.Thread(target=listen, args=(fifo,), daemon=True).start()
    settings = {
        "folder": folder,
        "environment": {"FOLDER": folder, "KEY": "s3cret"},
        "commands": {
            "down": ["./attenuator", "--db", "90"],
            "set": ["./attenuator", "--db={db}", "{{db}}"],
            "up": "./attenuator up {name} \"in {name}\" 'in {name}' \"${FOTARIG_NAME}\" | cat",
            "drop_context": ["./attenuator", "{how}"],
            "state": ["./attenuator", "asked"],
        },
    }
    print(json.dumps(settings), flush=True)
    for _ in sys.stdin:
        print("told", flush=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
