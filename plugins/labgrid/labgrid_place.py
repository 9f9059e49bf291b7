#!/usr/bin/env python3
"""A place of a labgrid lab: acquired for a run, its serial port found, its power switched."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fotarig_plugin import Plugin, Refused

from claim import Claim
from coordinator import Coordinator, OutOfTime, need_labgrid

# What `within` of `lab.acquire` in plugin.yaml allows for.
MAX_TAKEN_FOR_SECONDS = 12 * 3600
MAX_WAIT_SECONDS = 300
# Between two looks at a resource that is not available yet.
LOOK_SECONDS = 0.1

# The drivers that labgrid's own client takes for a resource, when no environment file names one.
DRIVER_OF = {
    "NetworkPowerPort": "NetworkPowerDriver",
    "NetworkUSBPowerPort": "USBPowerDriver",
    "NetworkSiSPMPowerPort": "SiSPMPowerDriver",
    "PDUDaemonPort": "PDUDaemonDriver",
    "TasmotaPowerPort": "TasmotaPowerDriver",
    "NetworkYKUSHPowerPort": "YKUSHPowerDriver",
}
# These drivers have a `get` that only says that there is none.
WITHOUT_READ_BACK = ["PDUDaemonDriver"]


class LabgridPlace(Plugin):
    def start(self, settings):
        need_labgrid()
        for setting, most in [("taken_for", MAX_TAKEN_FOR_SECONDS), ("wait", MAX_WAIT_SECONDS)]:
            if settings[setting] > most:
                raise Refused(f"`{setting}` is longer than {most} s", remedy="make it shorter")
        self._settings = settings
        self._env = _environment(settings.get("env"))
        self._coordinator = Coordinator(self._address())
        self._coordinator.connect()
        place = self._coordinator.place(settings["place"])
        self._place = place.name
        self._claim = Claim(self._coordinator.address, place.name)
        self._is_joined = False
        self._target = None
        self._driver = None
        if not self._has_read_back(place):
            self.leave_out("power.state")

    def finish(self):
        try:
            self.lab_release()
        finally:
            self._coordinator.close()

    # The role `lab`.

    def lab_acquire(self):
        self._hold(self._settings["taken"])
        deadline = time.monotonic() + self._settings["wait"]
        while True:
            kind, address = self._serial_port()
            if address:
                return {kind: address}
            if time.monotonic() > deadline:
                raise Refused(
                    f"the serial port of place `{self._place}` is not available after"
                    f" {self._settings['wait']:g} s",
                    remedy="see on the exporter's host whether the device is plugged in, or give"
                    " it more time with `wait`",
                )
            time.sleep(LOOK_SECONDS)

    def lab_release(self):
        self._target = self._driver = None
        self._coordinator.settle()
        if self._is_joined:
            self._is_joined = False
            self._claim.leave()
            return
        place = self._coordinator.place(self._place)
        if self._claim.take() and self._claim.holds(place):
            self._coordinator.release(self._place)
            self._claim.forget()
        self._claim.leave()

    # The role `power`.

    def power_off(self):
        self._switch("off")

    def power_on(self):
        self._switch("on")

    def power_cycle(self):
        self._switch("cycle")

    def power_state(self):
        return {"power": "on" if self._switch("get") else "off"}

    # From here on: the place.

    def _address(self):
        """As labgrid's own client decides it, with the rig file's word before all."""
        default = os.environ.get("LG_COORDINATOR", "127.0.0.1:20408")
        if self._env:
            default = self._env.config.get_option("coordinator_address", default)
        return self._settings.get("coordinator", default)

    def _hold(self, taken):
        """Make the place ours, unless it is."""
        place = self._coordinator.place(self._place)
        if self._is_joined and self._coordinator.may_use(place):
            return
        was_held = self._claim.is_taken
        if not self._claim.take():
            if taken != "wait":
                raise Refused(
                    f"place `{self._place}` is in use by another fotarig on this host:"
                    f" {self._claim.whose()}",
                    remedy="let it end, or say `taken: wait`",
                )
            self._claim.wait(self._settings["taken_for"])
            place = self._coordinator.place(self._place)
        if self._claim.holds(place):
            if not was_held:
                self.say(
                    f"place {self._place} was left acquired by a fotarig that died"
                    f" ({self._claim.whose()}): taken over"
                )
            return
        self._target = self._driver = None
        if place.acquired:
            if taken == "join" and self._coordinator.may_use(place):
                self._is_joined = True  # the claim stays, so that no second fotarig joins as well
                return
            if taken != "wait":
                self._claim.leave()
                how = "was taken away" if was_held else "is acquired"
                raise self._coordinator.is_taken(place, how)
        if was_held:
            self.say(f"place {self._place} was released by somebody or by a restart of the"
                     " coordinator: acquired again")
        try:
            if place.acquired or place.reservation:
                self._wait_for_turn()
            else:
                self._coordinator.acquire(self._place)
            self._claim.write(self._coordinator.place(self._place), self.rig)
        except BaseException:
            self._abandon()
            raise

    def _wait_for_turn(self):
        within = self._settings["taken_for"]
        try:
            self._coordinator.acquire_in_turn(self._place, within)
        except OutOfTime:
            place = self._coordinator.place(self._place)
            if not place.acquired:
                raise
            how = f"is, after {within:g} s, still acquired"
            raise self._coordinator.is_taken(place, how) from None

    def _abandon(self):
        """What came half-way is given back: no record says yet that it is ours."""
        self._coordinator.settle()
        if self._coordinator.has_acquired:
            self._coordinator.release(self._place)
        self._claim.leave()

    def _serial_port(self):
        """The kind of the serial port, and its address once it has one."""
        from labgrid.util.proxy import proxymanager

        place = self._coordinator.place(self._place)
        entries = self._coordinator.resources(place)
        wanted = self._settings.get("serial")
        ports = {
            name: entry
            for (name, kind), entry in entries.items()
            if kind == "NetworkSerialPort" and wanted in (None, name)
        }
        if len(ports) != 1:
            raise Refused(*_which("serial port", "serial", self._place, wanted, sorted(ports)))
        [(name, entry)] = ports.items()
        if not entry.avail or not entry.args.get("port"):
            return None, None
        self._target = self._target or self._make_target()
        port = self._target.get_resource("NetworkSerialPort", name=name)
        try:
            host, number = proxymanager.get_host_and_port(port)
        except Exception as error:  # what ssh says, or a host that is no host
            raise Refused(
                f"cannot reach the serial port of place `{self._place}` at {port.host}:"
                f" {_words(error)}",
                remedy=f"try `labgrid-client -p {self._place} console`",
            ) from error
        kind = "tcp" if port.protocol == "raw" else "rfc2217"
        return kind, f"[{host}]:{number}" if ":" in host else f"{host}:{number}"

    def _make_target(self):
        """The place as labgrid's library sees it: its resources, and the file's drivers."""
        from labgrid import Target
        from labgrid.resource.remote import RemotePlace, RemotePlaceManager

        manager = RemotePlaceManager.get()
        manager.session = self._coordinator.session
        manager.loop = self._coordinator.session.loop
        manager.env = self._env
        # It would go on asking what has become of the resources that an earlier target had.
        manager.resources.clear()
        manager.unmanaged_resources.clear()
        if self._env:
            return self._env.get_target(self._role())
        target = Target(self._place, env=None)
        RemotePlace(target, name=self._place)
        return target

    def _role(self):
        """The target of the environment file that has the place."""
        from labgrid.remote.client import find_role_by_place

        role = find_role_by_place(self._env.config.get_targets(), self._place)
        if role is None:
            raise Refused(
                f"no target in `{self._settings['env']}` has a RemotePlace `{self._place}`",
                remedy="correct its name there, or leave `env` out",
            )
        return role

    # From here on: power.

    def _switch(self, action):
        # In the middle of a test nobody waits for a place that was taken away.
        self._hold("join" if self._settings["taken"] == "join" else "refuse")
        self._driver = self._driver or self._power_driver()
        try:
            return getattr(self._driver, action)()
        except Exception as error:
            name = type(self._driver).__name__
            raise Refused(
                f"labgrid's {name} cannot do `{action}`: {_words(error)}",
                remedy=f"try `labgrid-client -p {self._place} power {action}`",
            ) from error

    def _power_driver(self):
        from labgrid.exceptions import NoDriverFoundError

        self._target = self._target or self._make_target()
        wanted = self._settings.get("power")
        try:
            return self._target.get_driver("PowerProtocol", name=wanted)
        except NoDriverFoundError:
            if self._env and wanted is None and _drivers(self._env, self._role()):
                raise
        name, kind = self._power_resource(self._coordinator.place(self._place))
        driver_class = _driver_class(DRIVER_OF[kind])
        [binding] = driver_class.bindings
        self._target.set_binding_map({binding: name})
        driver = driver_class(self._target, name=None)
        self._target.activate(driver)
        return driver

    def _power_resource(self, place):
        """Name and kind of what switches the place's power."""
        wanted = self._settings.get("power")
        found = [
            (name, kind)
            for name, kind in self._coordinator.matching(place)
            if kind in DRIVER_OF and wanted in (None, name)
        ]
        if len(found) != 1:
            names = sorted(name for name, _ in found)
            raise Refused(*_which("power resource", "power", self._place, wanted, names))
        return found[0]

    def _has_read_back(self, place):
        """Whether the driver can tell the state; not, when that cannot be seen yet."""
        if self._env:
            drivers = _drivers(self._env, self._role())
            if drivers:
                return all(_can_get(driver) for driver in drivers)
        try:
            _, kind = self._power_resource(place)
        except Refused:
            return False
        return _can_get(_driver_class(DRIVER_OF[kind]))


def _environment(path):
    if path is None:
        return None
    from labgrid import Environment

    try:
        return Environment(path)
    except Exception as error:
        raise Refused(
            f"`{path}` is no labgrid environment file: {_words(error)}",
            remedy="see what labgrid-device-config(5) wants",
        ) from error


def _drivers(env, role):
    """The classes of the environment file's drivers that switch power."""
    from labgrid.factory import target_factory
    from labgrid.protocol import PowerProtocol

    _, drivers = target_factory.normalize_config(env.config.get_targets()[role])
    classes = [_driver_class(name) for name in drivers]
    return [driver for driver in classes if issubclass(driver, PowerProtocol)]


def _driver_class(name):
    import labgrid.driver
    from labgrid.factory import target_factory

    return target_factory.class_from_string(name)


def _can_get(driver):
    return hasattr(driver, "get") and driver.__name__ not in WITHOUT_READ_BACK


def _which(what, setting, place, wanted, found):
    """Why not one resource was found, and what can be done."""
    if wanted is not None:
        return (
            f"place `{place}` has no {what} `{wanted}`",
            f"see `labgrid-client -p {place} show`, and correct `{setting}`",
        )
    if found:
        names = ", ".join(f"`{name}`" for name in found)
        return f"place `{place}` has several of a {what}: {names}", f"say which one by `{setting}`"
    return (
        f"place `{place}` has no {what}",
        "see `labgrid-client resources` for what its exporter offers, and match it with"
        f" `labgrid-client -p {place} add-match EXPORTER/GROUP/*`",
    )


def _words(error):
    """An exception in one line, with what it is called where it says little."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


if __name__ == "__main__":
    LabgridPlace().run()
