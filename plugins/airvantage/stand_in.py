#!/usr/bin/env python3
"""Plays AirVantage's REST API on this machine, well or badly, as it is told on stdin.

It knows the calls that README.md lists, with one system, two applications and the operations that
were made. `tell` lines are a manner (`stalls`, `garbage`, …), `end success`, or `well`.
"""

import base64
import json
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN, CLIENT_TOKEN = "token-of-the-user-0123", "token-of-the-client-4567"
SYSTEM = {
    "uid": "s1",
    "name": "desk-3",
    "commStatus": "OK",
    "lastCommDate": 1609459200000,
    "gateway": {"imei": "351234567890123", "serialNumber": "X8001"},
    "applications": [{"category": "FIRMWARE", "name": "HL7802", "revision": "HL7802.4.4.14.0"}],
}
APPLICATIONS = [
    {"uid": "a1", "name": "HL7802", "revision": "HL7802.4.5.4.0", "state": "PUBLISHED"},
    {"uid": "a2", "name": "HL7802", "revision": "HL7802.4.6.0.0", "state": "RELEASED"},
    {"uid": "a3", "name": "HL7802", "revision": "HL7802.4.7.0.0", "state": "PUBLISHED"},
    {"uid": "a4", "name": "HL7802", "revision": "HL7802.4.7.0.0", "state": "PUBLISHED"},
]
COUNTERS = ("BEING_CANCELLED", "CANCELLED", "FAILURE", "IN_PROGRESS", "PENDING", "SUCCESS")


class Cloud:
    """What the server knows."""

    def __init__(self):
        self.manner = "well"
        self.times = 0
        self.operations = {}
        self.expired = False
        self.refuses = False

    def tell(self, line):
        """`busy 2` is a manner for the next two requests; others stay."""
        words = line.split()
        if words[0] == "end":
            self.operations[list(self.operations)[-1]] = words[1].upper()
        elif words[0] == "expire":
            self.expired = True
        elif words[0] == "refuse":
            self.refuses = True
        else:
            self.manner = words[0]
            self.times = int(words[1]) if len(words) > 1 else 1000

    def manner_now(self):
        self.times -= 1
        return self.manner if self.times >= 0 else "well"

    def operation(self, uid):
        task = self.operations[uid]
        is_over = task in ("SUCCESS", "FAILURE", "CANCELLED")
        counters = [{"state": state, "count": int(state == task)} for state in COUNTERS]
        state = "FINISHED" if is_over else "IN_PROGRESS"
        return {"uid": uid, "state": state, "counters": counters}


CLOUD = Cloud()


class Answerer(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.take("")

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self.take(self.rfile.read(length).decode())

    def take(self, body):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        how = "parameter" if "access_token" in query else "bearer"
        token = query.pop("access_token", self.headers.get("Authorization", "")[len("Bearer ") :])
        if parts.path.startswith("/api/v1/"):
            words = [self.command, parts.path, urllib.parse.urlencode(query, safe=":,"), body, how]
        else:
            words = [self.command, parts.path, body]
        print(" ".join(word for word in words if word), flush=True)
        manner = CLOUD.manner_now()
        bad = getattr(self, "be_" + manner, None)
        if bad is not None:
            self.close_connection = True
            bad()
        elif parts.path == "/api/oauth/token":
            self.log_in(body)
        elif token not in (TOKEN, CLIENT_TOKEN) or CLOUD.expired or CLOUD.refuses:
            CLOUD.expired = False
            self.be_unauthorized()
        else:
            self.serve(parts.path[len("/api/v1/") :], query, body)

    def log_in(self, body):
        form = dict(urllib.parse.parse_qsl(body))
        basic = "Basic " + base64.b64encode(b"client:client-secret").decode()
        is_client = self.headers.get("Authorization") == basic
        secrets = (form.get("client_secret"), form.get("password"))
        is_user = secrets == ("client-secret", "pass+word")
        if form.get("grant_type") == "client_credentials" and is_client:
            self.say(200, {"access_token": CLIENT_TOKEN, "expires_in": 86400})
        elif form.get("grant_type") == "password" and is_user:
            self.say(200, {"access_token": TOKEN, "expires_in": 86400})
        else:
            secret = form.get("password", "client-secret")
            self.say(401, {"error": "invalid_client", "error_description": f"not {secret}"})

    def serve(self, path, query, body):
        """A call of the API."""
        words = path.split("/")
        if path == "systems":
            found = query.get("gateway") in ("imei:351234567890123", "serialNumber:X8001")
            self.say_list([SYSTEM] if found else [])
        elif path == "systems/s1":
            self.say(200, SYSTEM)
        elif path == "systems/s1/data":
            self.say(200, {"lwm2m.3.0.3": [{"value": "HL7802.4.4.14.0", "timestamp": 1}]})
        elif path == "applications":
            wanted = [a for a in APPLICATIONS if a["revision"] == query["revision"]]
            self.say_list([a for a in wanted if a["name"] == query["name"]])
        elif path == "operations/systems/applications/install":
            uid = f"o{len(CLOUD.operations) + 1}"
            CLOUD.operations[uid] = "PENDING"
            self.say(200, {"operation": uid})
        elif path == "operations":
            states = {uid: CLOUD.operation(uid) for uid in CLOUD.operations}
            self.say_list([each for each in states.values() if each["state"] == query["states"]])
        elif words[0] == "operations" and words[1] in CLOUD.operations:
            self.serve_operation(words[1], is_cancel=words[2:] == ["cancel"])
        else:
            self.say(404, {"error": "not.found", "errorParameters": [words[-1]]})

    def serve_operation(self, uid, is_cancel):
        if is_cancel and CLOUD.operation(uid)["state"] == "FINISHED":
            self.say(400, {"error": "operation.finished", "errorParameters": []})
            return
        if is_cancel:
            CLOUD.operations[uid] = "CANCELLED"
        self.say(200, CLOUD.operation(uid))

    def say_list(self, items):
        self.say(200, {"items": items, "count": len(items), "size": 20, "offset": 0})

    def say(self, status, value, headers=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    # What goes wrong.

    def be_busy(self):
        self.say(429, {"error": "too.many.requests"}, [("Retry-After", "1")])

    def be_overrun(self):
        self.say(429, b"", [("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT")])

    def be_down(self):
        self.say(503, b"<html>down</html>", [("Retry-After", "0")])

    def be_broken(self):
        self.say(500, {"error": "internal"}, [("Retry-After", "0")])

    def be_unauthorized(self):
        token = f"{self.headers.get('Authorization')} {self.path}"
        said = {"error": "invalid_token", "errorParameters": [f"not valid: {token}"]}
        self.say(401, said)

    def be_forbidden(self):
        self.say(403, b"")

    def be_elsewhere(self):
        self.say(302, b"", [("Location", "http://127.0.0.1:1/")])

    def be_page(self):
        self.say(200, b"<html>log in to the proxy</html>")

    def be_list(self):
        self.say(200, b"[]")

    def be_empty(self):
        self.say(200, b"{}")

    def be_odd(self):
        self.say(200, {"items": [7], "counters": [7], "state": "ODD"})

    def be_other(self):
        self.say(200, {"state": "ODD", "counters": []})

    def be_garbage(self):
        self.wfile.write(b"\x00\xffSSH-2.0-OpenSSH\r\n")

    def be_closes(self):
        pass

    def be_stalls(self):
        time.sleep(3)

    def be_drips(self):
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(100):
                self.wfile.write(b"X-Drip: drop\r\n")
                time.sleep(0.05)
        except OSError:
            pass  # nobody waits any more

    def be_floods(self):
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            for _ in range(100):
                self.wfile.write(b"x" * 1000000)
        except OSError:
            pass  # nobody reads any more


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answerer)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host, port = server.server_address[:2]
    print(json.dumps({"server": f"http://{host}:{port}"}), flush=True)
    for line in sys.stdin:
        CLOUD.tell(line)
        print("told", flush=True)


if __name__ == "__main__":
    main()
