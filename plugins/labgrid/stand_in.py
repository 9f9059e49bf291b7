#!/usr/bin/env python3
"""A real lab of labgrid on loopback: coordinator, exporter with ser2net, one place `desk`.

Only the hardware is played: a PTY is the module's serial port, and what pdudaemon is asked over
HTTP is printed as the device's lines (`off bench 1`). Told on stdin: `eva takes it`, `eva lets go`,
`it is unplugged`, `the coordinator restarts`.
"""

import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

# To start, and to have done what it was told.
READY_SECONDS = 20


class Lab:
    def __init__(self, folder):
        self.folder = folder
        self.processes = {}
        self.address = "127.0.0.1:0"
        # labgrid's exporter wants a path below /dev.
        self.master, device = os.openpty()
        self.device = os.ttyname(device)
        self.pdu = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pdu)
        threading.Thread(target=self.pdu.serve_forever, daemon=True).start()

    def start(self):
        self.start_coordinator()
        with open(f"{self.folder}/exporter.yaml", "w", encoding="utf-8") as file:
            pdu = f"127.0.0.1:{self.pdu.server_port}"
            json.dump({"desk": {
                "RawSerialPort": {"port": self.device, "speed": 115200},
                "PDUDaemonPort": {"host": pdu, "pdu": "bench", "index": 1},
            }}, file)
        self.start_exporter()
        self.make_place()

    def make_place(self):
        """The coordinator writes its places down every 15 s: it may know this one already."""
        if "desk" in self.client("eva", "places").split():
            return
        self.client("eva", "-p", "desk", "create")
        self.client("eva", "-p", "desk", "add-match", "*/desk/*")

    def start_coordinator(self):
        self.spawn("coordinator", "-l", self.address)
        self.address = self.wait_for("coordinator", "listening on ").split()[0]

    def start_exporter(self):
        self.spawn("exporter", "-c", self.address, "-n", "host-a", "--hostname", "127.0.0.1",
                   f"{self.folder}/exporter.yaml")
        self.wait_for("exporter", "connected to coordinator")

    def spawn(self, name, *arguments):
        with open(f"{self.folder}/{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(
                [program(f"labgrid-{name}"), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    def wait_for(self, name, words):
        """What a program writes after these words."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with open(f"{self.folder}/{name}.log", encoding="utf-8", errors="replace") as log:
                _, found, rest = log.read().partition(words)
            if found and "\n" in rest:
                return rest
            time.sleep(0.05)
        raise SystemExit(f"labgrid-{name} does not say `{words}`; see {self.folder}/{name}.log")

    def client(self, user, *arguments):
        """What a person does, which must succeed, and what is said to it."""
        who = {"LG_HOSTNAME": "far", "LG_USERNAME": user, "LG_COORDINATOR": self.address}
        done = subprocess.run(
            [program("labgrid-client"), *arguments],
            check=True, timeout=READY_SECONDS, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            env={**os.environ, **who},
        )
        return done.stdout

    def end(self, name):
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def told(self, what):
        if what == "eva takes it":
            self.client("eva", "-p", "desk", "acquire")
        elif what == "eva kicks and takes it":
            self.client("eva", "-p", "desk", "release", "--kick")
            self.client("eva", "-p", "desk", "acquire")
        elif what == "eva lets go":
            self.client("eva", "-p", "desk", "release")
        elif what == "the exporter dies":
            self.end("exporter")
        elif what == "the exporter is back":
            self.start_exporter()
        elif what == "the coordinator restarts":
            self.processes["coordinator"].kill()  # asked to end, it takes five seconds
            self.end("coordinator")
            self.end("exporter")  # it ends by itself, and systemd would start it again
            self.start_coordinator()
            self.start_exporter()
            self.make_place()
        else:
            raise SystemExit(f"stand_in.py does not know `{what}`")


class Pdu(http.server.BaseHTTPRequestHandler):
    """GET /power/control/{on|off|reboot}?hostname=…&port=…, as pdudaemon's HTTP listener has it."""

    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        asked = urllib.parse.parse_qs(url.query)
        print(url.path.rpartition("/")[2], *asked["hostname"], *asked["port"], flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK - accepted request\n")

    def log_message(self, *_):
        pass


def program(name):
    """A program of labgrid: beside this Python, or on the path."""
    beside = os.path.join(os.path.dirname(sys.executable), name)
    found = beside if os.path.exists(beside) else shutil.which(name)
    if not found:
        raise SystemExit(f"`{name}` is missing: pip install labgrid")
    return found


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not shutil.which("ser2net") and not os.path.exists("/usr/sbin/ser2net"):
        raise SystemExit("`ser2net` is missing: apt-get install ser2net")
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(folder)
        try:
            lab.start()
            print(json.dumps({"coordinator": lab.address}), flush=True)
            for line in sys.stdin:
                lab.told(line.strip())
                print("told", flush=True)
        finally:
            for name in list(lab.processes):
                lab.end(name)


if __name__ == "__main__":
    main()
