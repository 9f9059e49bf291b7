#!/usr/bin/env python3
"""Plays pdudaemon with a switch `rack-1` and an alias `desk-3`, and tells what it was asked.

On stdin: `stall` (answers no more), `garbage`, `denied`, `well`, and `gone` (it ends listening).
"""

import http.server
import json
import sys
import threading
import time
from urllib.parse import parse_qsl, urlsplit


class Daemon(http.server.BaseHTTPRequestHandler):
    """One request to pdudaemon."""

    mood = "well"

    def do_GET(self):
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        action = parts.path[len("/power/control/") :]
        if action not in ("on", "off", "reboot"):
            return self.reply(404, "404: Not Found")
        print(f"{action} {parts.query}", flush=True)
        if self.mood == "stall":
            time.sleep(60)
        if self.mood == "garbage":
            self.wfile.write(b"\x00\xff\x00\r\n")
            return None
        if self.mood == "denied":
            return self.reply(401, "")
        if query.get("hostname") == "rack-1" or query.get("alias") == "desk-3":
            return self.reply(200, "OK - accepted request\n")
        return self.reply(500, "Invalid request\n")

    def reply(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_arguments):
        """Say nothing of requests."""


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Daemon)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"server": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
    for line in sys.stdin:
        Daemon.mood = line.strip()
        if Daemon.mood == "gone":
            server.shutdown()
            server.server_close()
        print("told", flush=True)


if __name__ == "__main__":
    main()
