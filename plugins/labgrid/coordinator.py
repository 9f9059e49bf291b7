"""The connection to labgrid's coordinator, which lives in a thread of its own.

labgrid's client is asynchronous: the coordinator tells of every change of a place or a resource, and
something has to listen while the plugin waits for its next call. So the event loop runs in a thread,
and the plugin hands it one thing after the other, each with a bound.
"""

import argparse
import asyncio
import concurrent.futures
import difflib
import sys
import threading
import time

from fotarig_plugin import Refused

# To connect, and to be told of all places and resources.
CONNECT_SECONDS = 10
# An exporter may start or end a ser2net for each resource, which takes it up to 3 s.
COMMAND_SECONDS = 20
# A command that was given up is waited for, so that what it did is known.
SETTLE_SECONDS = 3
# labgrid forgets a reservation that nobody has asked for during 60 s.
ASK_SECONDS = 1


def need_labgrid():
    """Refuse to start without labgrid, and without a part of it that this plugin calls."""
    try:
        import labgrid.remote.client
        import labgrid.remote.generated.labgrid_coordinator_pb2
    except ImportError as error:
        raise Refused(
            f"labgrid 25.0 or later is not installed for {sys.executable}: {error}",
            remedy="`pip install labgrid` for the `python3` that comes first in PATH",
        ) from error


class OutOfTime(Refused):
    """It was not done in time, and perhaps will be."""


class Coordinator:
    def __init__(self, address):
        from labgrid.util.proxy import proxymanager

        try:
            self.address = proxymanager.get_grpc_address(address, default_port=20408)
        except Exception as error:  # also what ssh says, where LG_PROXY wants a tunnel
            raise Refused(
                f"cannot reach the coordinator `{address}`: {error}",
                remedy="say `coordinator: host:port`",
            ) from error
        self.session = None
        self.has_acquired = False
        self._running = None
        self._is_given_up = False
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def connect(self):
        self._do(self._connect(), CONNECT_SECONDS, "connect")

    def close(self):
        """End the connection; a coordinator that is gone does not hold us up."""
        if self.session:
            try:
                self._do(self._close(), SETTLE_SECONDS, "end the connection")
            except Refused:
                pass

    def place(self, name):
        """The place of that name or alias as the coordinator has it now."""
        if self.session is None or self.session.stopping.is_set():
            self.connect()
        self._do(self.session.sync_with_coordinator(), COMMAND_SECONDS, "tell its places")
        places = self.session.places
        for place in places.values():
            if name == place.name or name in place.aliases:
                return place
        near = difflib.get_close_matches(name, places, n=1)
        remedy = f"did you mean `{near[0]}`?" if near else "see `labgrid-client places`"
        raise Refused(f"the coordinator {self.address} has no place `{name}`", remedy=remedy)

    def may_use(self, place):
        """Whether the place is acquired by this user on this host, or for them."""
        return place.acquired == self._me() or self._me() in place.allowed

    def resources(self, place):
        """The resources of an acquired place, by name and kind."""
        from labgrid.remote.client import Error

        try:
            resources = self.session.get_target_resources(place)
        except Error as error:
            raise Refused(str(error).replace("Error: ", "")) from error
        for (name, _), resource in resources.items():
            if not resource.data:
                raise Refused(
                    f"the exporter of place `{place.name}` is gone, and `{name}` with it",
                    remedy="see on its host whether labgrid-exporter runs",
                )
        return resources

    def matching(self, place):
        """Name and kind of the resources that an acquired place has, or would have."""
        found = []
        for exporter, groups in sorted(self.session.resources.items()):
            for group, resources in sorted(groups.items()):
                for name, resource in sorted(resources.items()):
                    if not resource.data:
                        continue  # its exporter is gone
                    match = place.getmatch((exporter, group, resource.cls, name))
                    if match:
                        found.append((match.rename or name, resource.cls))
        return found

    def acquire(self, name):
        self.has_acquired = False
        self._do(self._acquire(name), COMMAND_SECONDS, f"acquire place `{name}`")

    def acquire_in_turn(self, name, within):
        """Acquire it when those who wait longer have had it: by a reservation of labgrid."""
        self.has_acquired = False
        try:
            self._do(self._acquire_in_turn(name), within, f"have place `{name}`")
        except OutOfTime:
            self.settle()  # it leaves the queue
            raise

    def release(self, name):
        """Release it, if this user on this host has it."""
        self._do(self._release(name), COMMAND_SECONDS, f"release place `{name}`")
        self.has_acquired = False

    def settle(self):
        """Wait for the end of what is under way, after it was given up.

        It is not cancelled: a coordinator that is interrupted in the middle of acquiring a place
        leaves it half acquired.
        """
        if self._running:
            self._is_given_up = True
            concurrent.futures.wait([self._running], SETTLE_SECONDS)
            self._running = None

    def is_taken(self, place, how="is acquired"):
        """The refusal of a place that somebody else has."""
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(place.changed))
        client = f"labgrid-client -p {place.name}"
        if place.acquired == self._me():
            return Refused(
                f"place `{place.name}` {how} by you ({place.acquired}) since {since}, and not by a"
                " fotarig",
                remedy=f"`{client} release`, or say `taken: join` to use it as it is",
            )
        return Refused(
            f"place `{place.name}` {how} by {place.acquired} since {since}",
            remedy=f"ask them, or say `taken: wait`; if they are gone: `{client} release --kick`",
        )

    # From here on everything runs in the loop's thread.

    async def _connect(self):
        from labgrid.remote.client import ClientSession

        # The commands of labgrid's session read their parameters as its command line has them.
        args = argparse.Namespace(allow_unmatched=False, kick=False)
        session = ClientSession(self.address, self._loop, args=args)
        await session.start()
        self.session = session

    async def _close(self):
        session, self.session = self.session, None
        await session.stop()
        await session.close()

    async def _acquire(self, name):
        # labgrid's session keeps an empty entry of each resource that is gone, and stumbles over it.
        for groups in self.session.resources.values():
            for resources in groups.values():
                for gone in [name for name, resource in resources.items() if not resource.data]:
                    del resources[gone]
        self.session.args.place = name
        await self.session.acquire()
        self.has_acquired = True

    async def _acquire_in_turn(self, name):
        from labgrid.remote.common import Reservation, ReservationState
        from labgrid.remote.generated import labgrid_coordinator_pb2 as messages

        only = messages.Reservation.Filter(filter={"name": name})
        request = messages.CreateReservationRequest(filters={"main": only}, prio=0.0)
        made = await self.session.stub.CreateReservation(request)
        token = made.reservation.token
        try:
            while not self._is_given_up:
                poll = messages.PollReservationRequest(token=token)
                answer = await self.session.stub.PollReservation(poll)
                state = Reservation.from_pb2(answer.reservation).state
                if state is ReservationState.allocated:
                    return await self._acquire(name)
                if state is not ReservationState.waiting:
                    raise Refused(f"the reservation of place `{name}` is {state.name}")
                await asyncio.sleep(ASK_SECONDS)
        finally:
            await self.session.stub.CancelReservation(
                messages.CancelReservationRequest(token=token)
            )

    async def _release(self, name):
        self.session.args.place = name
        # Only when it is ours still: labgrid's `release` would take it from another host, too.
        self.session.args.acquired = self._me()
        await self.session.release_from()

    def _me(self):
        return f"{self.session.gethostname()}/{self.session.getuser()}"

    def _do(self, work, within, what):
        """Run it in the loop's thread; what it raises is told as a refusal."""
        import grpc
        from labgrid.remote.client import Error

        self._is_given_up = False
        self._running = asyncio.run_coroutine_threadsafe(work, self._loop)
        who = f"the coordinator {self.address}"
        remedy = "see whether it runs there, and what `labgrid-client places` says"
        try:
            done = self._running.result(within)
            self._running = None
            return done
        except concurrent.futures.TimeoutError:
            message = f"{who}: could not {what} within {within:g} s"
            raise OutOfTime(message, remedy=remedy) from None
        except grpc.aio.AioRpcError as error:
            raise Refused(f"{who}: cannot {what}: {error.details()}", remedy=remedy) from error
        except (Error, OSError) as error:
            words = str(error).replace("Error: ", "")
            raise Refused(f"{who}: cannot {what}: {words}", remedy=remedy) from error
