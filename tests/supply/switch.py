"""A plugin for power that switches a served virtual module, and writes down what it was told."""

import json
import os
import socket
import sys

settings = {}


def note(text):
    with open(settings["log"], "a") as log:
        log.write(text + "\n")


def switch(method):
    note(method)
    if settings.get("dies_at") == method and not os.path.exists(settings["log"] + ".died"):
        open(settings["log"] + ".died", "w").close()
        os._exit(9)
    try:
        control = socket.socket(socket.AF_UNIX)
        control.connect(settings["control"])
        request = {"role": "power", "method": method}
        control.sendall((json.dumps(request) + "\n").encode())
        control.makefile().readline()
    except OSError:
        note("nobody is there")


for line in sys.stdin:
    request = json.loads(line)
    method, result = request["method"], None
    if method == "describe":
        settings = request["params"]["settings"]
        result = {"protocol": 1, "methods": ["power.off", "power.on"]}
    else:
        switch(method.split(".")[1])
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}), flush=True)
note("end")
