#!/usr/bin/env python3
"""Plays the control socket of `fotarig simulate`, well or badly, as it is told on stdin."""

import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time

SUPPLY = {"power on": "on", "power reset": "on", "power off": "off"}


class Simulate:
    """A socket in a folder of its own, and how it behaves to whoever asks next."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="fotarig-")
        self.path = os.path.join(self.folder, "control")
        self.manner = "well"
        self.supply = "on"
        self.listener = None

    def open(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.serve, args=(self.listener,), daemon=True).start()

    def vanish(self):
        os.unlink(self.path)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def serve(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with connection, connection.makefile("rb") as lines:
            if self.manner == "full":
                connection.sendall(b'{"error":"8 controllers are connected already"}\n')
                return
            for line in lines:
                request = json.loads(line)
                asked = f"{request['role']} {request['method']}"
                print(asked, json.dumps(request["params"], sort_keys=True), flush=True)
                try:
                    if not self.answer(connection, asked, request):
                        return
                except OSError:
                    return

    def answer(self, connection, asked, request):
        """Answers in the manner of the day; says whether the connection goes on."""
        if self.manner == "closes":
            return False
        if self.manner == "silent":
            connection.recv(1)
            return False
        if self.manner == "flood":
            for _ in range(100):
                connection.sendall(b"x" * 1024 * 1024)
            return False
        while self.manner == "drips":
            connection.sendall(b" ")
            time.sleep(0.05)
        said = {"garbage": b"HTTP/1.1 400 Bad Request\n", "list": b"[1,2]\n", "empty": b"{}\n"}
        said = said.get(self.manner) or self.reply(asked, request["params"])
        for start in range(0, len(said), 7):
            connection.sendall(said[start : start + 7])
        return True

    def reply(self, asked, params):
        self.supply = SUPPLY.get(asked, self.supply)
        answer = {"result": None}
        if asked == "module state":
            answer = {"result": {"firmware": "HL7802.4.5.4.0", "supply": self.supply}}
        elif asked == "cloud state":
            answer = {"result": {"operation": None}}
        elif asked == "clock skip":
            answer = {"result": {"time_s": 86400.0}}
        elif asked == "network set" and params.get("nat") == "soon":
            answer = {"error": "`soon` is no duration"}
        return json.dumps(answer).encode() + b"\n"


def main():
    simulate = Simulate()
    simulate.open()
    print(json.dumps({"control": simulate.path}), flush=True)
    for line in sys.stdin:
        wanted = line.strip()
        if wanted == "vanish":
            simulate.vanish()
        elif wanted == "return":
            simulate.open()
        else:
            simulate.manner = wanted
        print("told", flush=True)
    shutil.rmtree(simulate.folder)


if __name__ == "__main__":
    main()
