#!/usr/bin/env python3
"""Plays a device with two outputs and the password `geheim`: `stand_in.py gen1|gen2|tasmota`.

It tells what it was asked, without authentication. What it is told on stdin: `stuck` (the output
moves no more), `stall`, `garbage`, `broken` (status 500), `relogin` (another password), `well`.
"""

import base64
import hashlib
import http.server
import json
import re
import sys
import threading
import time
from urllib.parse import parse_qsl, urlsplit

OUTPUTS = 2
REALM = "shellyplus2pm-a8032abe54dc"
NONCE = "60dc2c88"


class Device(http.server.BaseHTTPRequestHandler):
    """One request to the device."""

    kind = "gen2"
    mood = "well"
    password = "geheim"
    is_on = [True] * OUTPUTS

    def do_GET(self):
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if self.mood == "stall":
            time.sleep(60)
        if self.mood == "garbage":
            return self.reply(200, "<html>Welcome to the router</html>")
        if self.mood == "broken":
            return self.reply(500, {"code": -108, "message": "Device is overheated"})
        return getattr(self, self.kind)(parts, query)

    def gen1(self, parts, query):
        if parts.path == "/shelly":
            return self.reply(200, {"type": "SHSW-25", "mac": "98CDAC", "auth": True})
        expected = base64.b64encode(f"admin:{self.password}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            return self.reply(401, "401 Unauthorized", 'Basic realm="Shelly"')
        self.tell()
        match = re.fullmatch(r"/relay/(\d+)", parts.path)
        if not match or int(match[1]) >= OUTPUTS:
            return self.reply(404, "Not Found")
        output = int(match[1])
        if "turn" in query:
            self.move(output, query["turn"] == "on")
        return self.reply(200, {"ison": self.is_on[output], "has_timer": False, "source": "http"})

    def gen2(self, parts, query):
        if parts.path == "/shelly":
            return self.reply(200, {"id": REALM, "gen": 2, "auth_en": True, "auth_domain": REALM})
        if not self.has_answered_challenge():
            challenge = f'Digest qop="auth", realm="{REALM}", nonce="{NONCE}", algorithm=SHA-256'
            return self.reply(401, "", challenge)
        self.tell()
        output = int(query["id"])
        if output >= OUTPUTS:
            message = f"Argument 'id', value {output} not found!"
            return self.reply(500, {"code": -105, "message": message})
        if parts.path == "/rpc/Switch.Set":
            was_on = self.is_on[output]
            self.move(output, query["on"] == "true")
            return self.reply(200, {"was_on": was_on})
        return self.reply(200, {"id": output, "source": "HTTP", "output": self.is_on[output]})

    def has_answered_challenge(self):
        """Digest authentication with SHA-256, as RFC 7616 has it."""
        login = dict(re.findall(r'(\w+)="?([^",]+)"?', self.headers.get("Authorization", "")))

        def hashed(text):
            return hashlib.sha256(text.encode()).hexdigest()

        secret = hashed(f"admin:{REALM}:{self.password}")
        asked = hashed(f"GET:{self.path}")
        counted = f"{login.get('nc')}:{login.get('cnonce')}:auth"
        return login.get("response") == hashed(f"{secret}:{NONCE}:{counted}:{asked}")

    def tasmota(self, _parts, query):
        if (query.get("user"), query.get("password")) != ("admin", self.password):
            return self.reply(200, {"WARNING": "Need user=<username>&password=<password>"})
        print(query["cmnd"], flush=True)
        match = re.fullmatch(r"(?i)power(\d*)(?: (on|off))?", query["cmnd"])
        output = int(match[1] or 1) - 1 if match else 0
        if match is None or output >= OUTPUTS:
            return self.reply(200, {"Command": "Unknown"})
        if match[2]:
            self.move(output, match[2].lower() == "on")
        return self.reply(200, {f"POWER{output + 1}": "ON" if self.is_on[output] else "OFF"})

    def tell(self):
        print(self.path, flush=True)

    def move(self, output, is_on):
        if self.mood != "stuck":
            self.is_on[output] = is_on

    def reply(self, status, content, challenge=None):
        body = content if isinstance(content, str) else json.dumps(content)
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_arguments):
        """Say nothing of requests."""


def main():
    Device.kind = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Device)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kind = "tasmota" if Device.kind == "tasmota" else "shelly"
    address = f"127.0.0.1:{server.server_address[1]}"
    print(json.dumps({"address": address, "kind": kind}), flush=True)
    for line in sys.stdin:
        Device.mood = line.strip()
        Device.password = "other" if Device.mood == "relogin" else "geheim"
        print("told", flush=True)


if __name__ == "__main__":
    main()
