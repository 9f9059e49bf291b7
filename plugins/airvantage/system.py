"""A system on AirVantage: how it is found, what is installed on it, and the operations on it."""

import time
import urllib.parse

from fotarig_plugin import Refused
from api import member, other_shape, text_in
from rest import shortened

# What is read of a list: one is expected, and some more are named.
LIST_SIZE = "20"
# The firmware version that the module reports: Device, Firmware Version (OMA LwM2M, 3/0/3).
FIRMWARE_DATA = "lwm2m.3.0.3"

# The states in which an operation is over, worst first. With one system it has one task.
OVER = ("failure", "cancelled", "success")
STATES = ("pending", "running", *OVER)


class System:
    """The system of a rig."""

    def __init__(self, api, settings):
        self.api = api
        self.settings = settings
        self.uid = self.find()

    def find(self):
        """The uid of the rig's system, which must be there."""
        given = [name for name in ("system", "imei", "serial") if name in self.settings]
        if len(given) != 1:
            raise Refused(
                "expected one of `system`, `imei` and `serial`",
                remedy="the server's page of the system shows its uid in its address",
            )
        [name] = given
        value = self.settings[name]
        if name == "system":
            return text_in(self.api.get(f"systems/{quoted(value)}"), "uid")
        key = {"imei": "imei", "serial": "serialNumber"}[name]
        query = {"gateway": f"{key}:{value}", "fields": "uid,name", "size": LIST_SIZE}
        found = self.api.list("systems", query)
        if len(found) != 1:
            those = ", ".join(text_in(system, "uid") for system in found) or "none"
            raise Refused(
                f"expected one system whose {name} is `{value}`; found: {those}",
                remedy="register it on the server, correct the rig file, or name it by `system`",
            )
        return text_in(found[0], "uid")

    def application(self, package):
        """The uid of the application that a package is on the server."""
        uid = member(package, "cloud_id", str)
        if uid:
            return uid
        name = self.settings.get("application") or member(package, "name", str)
        revision = member(package, "to", str)
        if not (name and revision):
            raise Refused(
                "the package has no `cloud_id`, and not both of `name` and `to`",
                remedy="write the uid of its application as `cloud_id` into its description",
            )
        query = {"name": name, "revision": revision, "fields": "uid,name,revision,state"}
        if "application_type" in self.settings:
            query["type"] = self.settings["application_type"]
        found = self.api.list("applications", {**query, "size": LIST_SIZE})
        # Whether the server compares whole texts is not documented.
        same = [a for a in found if a.get("name") == name and a.get("revision") == revision]
        if len(same) != 1:
            those = ", ".join(text_in(one, "uid") for one in same) or "none"
            raise Refused(
                f"expected one application `{name}` with revision `{revision}`; found: {those}",
                remedy="release and publish it, or write its uid as `cloud_id` into the package's "
                "description",
            )
        if same[0].get("state") not in (None, "PUBLISHED"):
            raise Refused(
                f"the application `{name}` with revision `{revision}` is {same[0]['state']}",
                remedy="publish it on the server",
            )
        return text_in(same[0], "uid")

    def running(self):
        """The uids of the operations that run for the system."""
        query = {"entities": "system", "target": self.uid, "states": "IN_PROGRESS"}
        found = self.api.list("operations", {**query, "size": LIST_SIZE})
        return [text_in(operation, "uid") for operation in found]

    def install(self, application):
        """The uid of a new operation. It is asked for once: twice would be two."""
        body = {"systems": {"uids": [self.uid]}, "application": application}
        path = "operations/systems/applications/install"
        answer = self.api.post(path, body, is_repeatable=False)
        return text_in(answer, "operation")

    def state_of(self, operation):
        answer = self.api.get(f"operations/{quoted(operation)}")
        counters = counted(answer)
        return {
            "operation": operation,
            "state": state_word(text_in(answer, "state"), counters),
            "counters": counters,
        }

    def cancel(self, operation):
        """Cancels an operation; one that is over meanwhile is left as it is."""
        try:
            self.api.post(f"operations/{quoted(operation)}/cancel", {})
        except Refused:
            if self.state_of(operation)["state"] not in OVER:
                raise
            return False
        return True

    def details(self):
        """What the server knows of the system."""
        system = self.api.get(f"systems/{quoted(self.uid)}")
        gateway = member(system, "gateway", dict) or {}
        applications = member(system, "applications", list) or []
        firmware = [
            application.get("revision")
            for application in applications
            if isinstance(application, dict) and application.get("category") == "FIRMWARE"
        ]
        return {
            "uid": self.uid,
            "name": system.get("name"),
            "imei": gateway.get("imei"),
            "serial": gateway.get("serialNumber"),
            "firmware": firmware[0] if firmware else None,
            "reported": self.reported_firmware(),
            "last_communication": utc(system.get("lastCommDate")),
            "communication": system.get("commStatus"),
        }

    def reported_firmware(self):
        """The version that the module reported last, as text, or none."""
        data = self.api.get(f"systems/{quoted(self.uid)}/data", {"ids": FIRMWARE_DATA})
        points = member(data, FIRMWARE_DATA, list)
        return points[0].get("value") if points and isinstance(points[0], dict) else None


def quoted(uid):
    """A uid as a part of a path."""
    return urllib.parse.quote(str(uid), safe="")


def counted(operation):
    """The tasks of an operation, by their states in lower case."""
    counters = member(operation, "counters", list)
    if counters is None:
        raise other_shape("has no `counters`")
    counts = {}
    for counter in counters:
        state, count = member(counter, "state", str), member(counter, "count", int)
        if state is None or count is None:
            raise other_shape("has a counter without `state` and `count`")
        counts[state.lower()] = count
    return counts


def state_word(state, counters):
    """The state of an operation on one system, from its own and that of its task."""
    if state == "SCHEDULED":
        return "pending"
    if state == "IN_PROGRESS":
        has_begun = counters.get("in_progress") or counters.get("being_cancelled")
        return "running" if has_begun else "pending"
    if state == "FINISHED":
        for word in OVER:
            if counters.get(word):
                return word
    raise other_shape(f"has the state `{shortened(state)}` and the tasks {counters}")


def utc(milliseconds):
    """A timestamp of the server, in UTC."""
    if not isinstance(milliseconds, (int, float)) or isinstance(milliseconds, bool):
        return None
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(milliseconds / 1000))
    except (OverflowError, ValueError, OSError):
        return None
