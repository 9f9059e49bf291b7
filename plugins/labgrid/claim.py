"""The record of which place this host's fotarig has acquired, so that a dead one's is known again.

labgrid knows host and user of who holds a place, and no more: what a person acquired by hand, what a
fotarig holds that runs at this moment, and what one left behind that was killed, all look the same.
So each claim has a file. Its lock is held by the living process, and the kernel frees it when that
dies. Its text says what was acquired, with the coordinator's own stamp of the last change of the
place. Only a place that is still held by the same name, and has not changed since, under a file
that nobody has locked, was left by a dead fotarig, and may be taken over.
"""

import fcntl
import json
import os
import re
import time

from fotarig_plugin import Refused

# Between two tries to lock a file that another fotarig has locked.
TRY_SECONDS = 0.5


class Claim:
    def __init__(self, coordinator, place):
        state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
        folder = os.path.join(state, "fotarig", "labgrid")
        name = re.sub(r"[^A-Za-z0-9.-]", "_", f"{coordinator}-{place}")
        self._path = os.path.join(folder, f"{name}.json")
        self._what = {"coordinator": coordinator, "place": place}
        self._file = None
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        except OSError as error:
            raise Refused(
                f"cannot make the folder `{folder}`: {error.strerror}",
                remedy="name another one in the environment variable XDG_STATE_HOME",
            ) from error

    @property
    def is_taken(self):
        """Whether this process has the lock."""
        return self._file is not None

    def take(self):
        """Lock the file; false when another process has it."""
        if self._file:
            return True
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def wait(self, within):
        """Lock the file as soon as the process that has it lets it go."""
        deadline = time.monotonic() + within
        while not self.take():
            if time.monotonic() > deadline:
                raise Refused(
                    f"the place was in use by another fotarig on this host for {within:g} s:"
                    f" {self.whose()}",
                    remedy="let it end, or give it more time with `taken_for`",
                )
            time.sleep(TRY_SECONDS)

    def leave(self):
        """Unlock the file."""
        if self._file:
            self._file.close()
            self._file = None

    def write(self, place, rig):
        """Write down that the place is ours, as the coordinator has it."""
        self._put({
            **self._what,
            "holder": place.acquired,
            "changed": place.changed,
            "pid": os.getpid(),
            "rig": rig,
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        })

    def forget(self):
        self._put(None)

    def holds(self, place):
        """Whether the place is acquired as this file says, and has not changed hands since."""
        said = self._said()
        is_same = all(said.get(key) == value for key, value in self._what.items())
        is_held = place.acquired is not None and place.acquired == said.get("holder")
        return is_same and is_held and place.changed == said.get("changed")

    def whose(self):
        """Who wrote the file last, for a person."""
        said = self._said()
        return f"process {said.get('pid')}, rig {said.get('rig')}, since {said.get('since')}"

    def _said(self):
        try:
            with open(self._path, encoding="utf-8") as file:
                said = json.load(file)
        except (OSError, ValueError):
            said = None  # new, empty, or cut off: it says nothing
        return said if isinstance(said, dict) else {}

    def _put(self, said):
        self._file.seek(0)
        self._file.truncate()
        json.dump(said, self._file)
        self._file.flush()
        os.fsync(self._file.fileno())
