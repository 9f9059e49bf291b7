#!/usr/bin/env python3
"""Switches power by a socket or relay on the network: Shelly (all generations) or Tasmota.

A device in a network of its own may be slow or away, so each request has a limit, and each switch
is believed only when the device says afterwards that its output is so.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import sys
import time
from typing import Any, Dict, Optional
from urllib.parse import quote, urlencode, urlsplit

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused, Reply, fetch, one_line

WANTS_PASSWORD = "give the device's password as `password`"
WRONG_PASSWORD = "correct `user` and `password`"
RIGHT_KIND = "see whether `address`, `kind` and `output` are right for this device"


class Device:
    """A device that answers with JSON."""

    def __init__(self, settings: Dict[str, Any]):
        address = settings["address"].rstrip("/")
        self.base = address if "://" in address else f"http://{address}"
        self.name = f"the device at `{address}`"
        self.within = settings.get("within", 4.0)
        self.user = settings.get("user", "admin")
        self.password: Optional[str] = settings.get("password")

    def ask(self, path: str, headers: Optional[Dict[str, str]] = None) -> Dict[str, Any]:
        """Get an object, or say what came instead."""
        return self.object(fetch(self.base + path, self.within, headers))

    def object(self, reply: Reply) -> Dict[str, Any]:
        """The object that a reply holds."""
        try:
            answer = json.loads(reply.text)
        except (ValueError, RecursionError):
            answer = None
        if reply.status == 401:
            raise self.locked_out()
        if reply.status != 200:
            # Shelly says `{"code":-105,"message":"…"}`; others say what they like, often a page.
            said = answer.get("message") if isinstance(answer, dict) else None
            said = one_line(str(said))[:200] if said else "" if "<" in reply.text else reply.words()
            message = f"{self.name} answers with status {reply.status}"
            raise Refused(f"{message}: {said}" if said else message, remedy=RIGHT_KIND)
        if not isinstance(answer, dict):
            said = reply.words(80) or "nothing"
            raise Refused(f"{self.name} answers what is no JSON object: {said}", remedy=RIGHT_KIND)
        return answer

    def locked_out(self) -> Refused:
        if self.password is None:
            return Refused(f"{self.name} wants a password", remedy=WANTS_PASSWORD)
        return Refused(f"{self.name} refuses the password", remedy=WRONG_PASSWORD)

    def no_state(self, answer: Dict[str, Any]) -> Refused:
        said = json.dumps(answer, ensure_ascii=False)[:200]
        return Refused(f"{self.name} does not tell of that output: {said}", remedy=RIGHT_KIND)


class ShellyGen1:
    """Shelly's first generation: /relay/0?turn=on, with basic authentication."""

    def __init__(self, device: Device, output: Optional[int]):
        self._device = device
        self._output = output or 0

    def switch(self, is_on: bool) -> None:
        self._relay(f"?turn={'on' if is_on else 'off'}")

    def is_on(self) -> bool:
        answer = self._relay("")
        if not isinstance(answer.get("ison"), bool):
            raise self._device.no_state(answer)
        return answer["ison"]

    def _relay(self, query: str) -> Dict[str, Any]:
        headers = {}
        if self._device.password is not None:
            login = f"{self._device.user}:{self._device.password}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(login).decode("ascii")
        return self._device.ask(f"/relay/{self._output}{query}", headers)


class ShellyGen2:
    """Shelly's second generation and later: /rpc/Switch.Set, with digest authentication."""

    def __init__(self, device: Device, output: Optional[int]):
        self._device = device
        self._output = output or 0

    def switch(self, is_on: bool) -> None:
        self._call("Switch.Set", {"id": self._output, "on": "true" if is_on else "false"})

    def is_on(self) -> bool:
        answer = self._call("Switch.GetStatus", {"id": self._output})
        if not isinstance(answer.get("output"), bool):
            raise self._device.no_state(answer)
        return answer["output"]

    def _call(self, method: str, params: Dict[str, Any]) -> Dict[str, Any]:
        """A first request gets the challenge, a second one has the answer to it."""
        path = f"/rpc/{method}?{urlencode(params)}"
        device = self._device
        reply = fetch(device.base + path, device.within)
        if reply.status == 401 and device.password is not None:
            challenge = reply.headers.get("WWW-Authenticate", "")
            uri = urlsplit(device.base).path + path
            login = digest(challenge, device.user, device.password, uri)
            if login is None:
                message = f"{device.name} wants a login that is not known here: {challenge[:100]}"
                raise Refused(message, remedy="update the device's firmware, or take its password")
            return device.ask(path, {"Authorization": login})
        return device.object(reply)


class Tasmota:
    """Tasmota: /cm?cmnd=Power1 On, with user and password in the query."""

    def __init__(self, device: Device, output: Optional[int]):
        self._device = device
        self._output = output

    def switch(self, is_on: bool) -> None:
        self._power(" On" if is_on else " Off")

    def is_on(self) -> bool:
        return self._power("")

    def _power(self, argument: str) -> bool:
        device = self._device
        query = {"cmnd": f"Power{self._output or ''}{argument}"}
        if device.password is not None:
            query = {"user": device.user, "password": device.password, **query}
        answer = device.ask("/cm?" + urlencode(query, quote_via=quote))
        # A device of one output says `POWER`, others `POWER1`. The name is looked at, so that an
        # answer about another output is not taken for one about ours.
        names = ["POWER", "POWER1"] if self._output in (None, 1) else [f"POWER{self._output}"]
        for name in names:
            if answer.get(name) in ("ON", "OFF"):
                return answer[name] == "ON"
        # Not all versions answer 401 to a wrong password: older ones 200, and this warning.
        if "WARNING" in answer:
            raise device.locked_out()
        raise device.no_state(answer)


def digest(challenge: str, user: str, password: str, uri: str) -> Optional[str]:
    """The answer to a challenge (RFC 7616), or none when it asks for what is not known here."""
    fields = {
        key.lower(): quoted or plain
        for key, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', challenge)
    }
    algorithm = fields.get("algorithm", "MD5")
    algorithms = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
    make = algorithms.get(algorithm.upper())
    is_known = challenge.lower().startswith("digest ") and {"realm", "nonce"} <= set(fields)
    if make is None or not is_known or "auth" not in fields.get("qop", "").split(","):
        return None

    def hashed(*parts: str) -> str:
        return make(":".join(parts).encode()).hexdigest()

    once, count = secrets.token_hex(8), "00000001"
    secret = hashed(user, fields["realm"], password)
    proof = hashed(secret, fields["nonce"], count, once, "auth", hashed("GET", uri))
    given = {"username": user, "realm": fields["realm"], "nonce": fields["nonce"], "uri": uri}
    given.update(cnonce=once, response=proof)
    if "opaque" in fields:
        given["opaque"] = fields["opaque"]
    quoted = ", ".join(f'{key}="{value}"' for key, value in given.items())
    return f"Digest {quoted}, algorithm={algorithm}, qop=auth, nc={count}"


def shelly(device: Device, output: Optional[int]) -> Any:
    """Which generation it is: /shelly says so without a password, `gen` from the second one on."""
    about = device.ask("/shelly")
    if isinstance(about.get("gen"), int):
        return ShellyGen2(device, output)
    if "type" in about:
        return ShellyGen1(device, output)
    raise Refused(f"{device.name} does not say that it is a Shelly", remedy=RIGHT_KIND)


class HttpSocket(Plugin):
    """The role `power`, by one output of a device."""

    def start(self, settings: Dict[str, Any]) -> None:
        kind, output = settings["kind"], settings.get("output")
        first = 1 if kind == "tasmota" else 0
        if output is not None and output < first:
            message = f"`output` is {output}, and {kind} counts from {first}"
            raise Refused(message, remedy="correct `output`, or leave it out for the first one")
        self._device = Device(settings)
        make = Tasmota if kind == "tasmota" else shelly
        self._socket = make(self._device, output)
        self._cycle_off_for = settings.get("cycle_off_for", 2.0)
        self._socket.is_on()

    def power_off(self) -> None:
        self._switch(False)

    def power_on(self) -> None:
        self._switch(True)

    def power_reset(self) -> None:
        self._switch(False)
        time.sleep(self._cycle_off_for)
        self._switch(True)

    def power_state(self) -> Dict[str, str]:
        return {"power": "on" if self._socket.is_on() else "off"}

    def _switch(self, is_on: bool) -> None:
        self._socket.switch(is_on)
        if self._socket.is_on() != is_on:
            is_still = "off" if is_on else "on"
            remedy = "see whether the device has a rule, a timer or a lock that switches it"
            raise Refused(f"{self._device.name} says that it is still {is_still}", remedy=remedy)


if __name__ == "__main__":
    HttpSocket().run()
