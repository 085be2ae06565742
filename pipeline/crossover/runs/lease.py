"""One writer in a run folder at a time. A second one is refused and told who holds it."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import psutil

from crossover.core.clock import from_iso, iso, utc_now
from crossover.core.errors import EngineError
from crossover.runs.durable import read_json, write_json

LASTS = timedelta(minutes=2)
"""After this time without a sign of life a lease of another machine is free."""
RENEWED_EVERY_S = 30.0


@dataclass(frozen=True)
class Holder:
    """Who holds a lease."""

    run: str
    pid: int
    process_started: float
    host: str
    since: str
    expires: str


class Lease:
    """The lease of a run folder, renewed by a thread while it is held.

    The file says who holds it. It is read and written under a lock of the operating system, so two processes that
    find a dead holder cannot both take over.
    """

    def __init__(self, path: Path, run: str) -> None:
        self._path = path
        self._run = run
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._since = iso(utc_now())
        self.taken_over: Holder | None = None
        """A dead holder whose lease this one took."""

    def __enter__(self) -> Lease:
        with self._locked():
            holder = self._holder()
            if holder is not None and _lives(holder):
                raise EngineError(
                    f"`{self._path.parent}` is being written by run {holder.run} "
                    f"(process {holder.pid} on {holder.host}, since {holder.since})",
                    notes=["wait until it has ended; or name another folder with --runs"],
                    transient=True,
                )
            self.taken_over = holder
            self._write()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()
        with self._locked():
            if self._is_mine(self._holder()):
                self._path.unlink()

    @contextmanager
    def still_held(self) -> Iterator[None]:
        """Do something in the folder that nobody else can begin meanwhile: publish, say.

        Raises EngineError if another run has taken the lease over: this one could not renew it in time.
        """
        with self._locked():
            holder = self._holder()
            if not self._is_mine(holder):
                told = f"run {holder.run} on {holder.host}" if holder is not None else "somebody"
                raise EngineError(
                    f"`{self._path.parent}` was taken over by {told}: this run could not renew its lease, so it publishes nothing",
                    transient=True,
                )
            yield

    def _renew(self) -> None:
        while not self._stop.wait(RENEWED_EVERY_S):
            # a file system that does not answer just now may do so at the next time
            with suppress(OSError), self._locked():
                if self._is_mine(self._holder()):
                    self._write()

    def _is_mine(self, holder: Holder | None) -> bool:
        return holder is not None and (holder.run, holder.pid, holder.host) == (self._run, os.getpid(), socket.gethostname())

    def _write(self) -> None:
        started = psutil.Process().create_time()
        holder = Holder(self._run, os.getpid(), started, socket.gethostname(), self._since, iso(utc_now() + LASTS))
        write_json(self._path, asdict(holder))

    def _holder(self) -> Holder | None:
        try:
            return Holder(**read_json(self._path))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            return None  # not ours: `write_json` never leaves half a file

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._path.with_name(".lease.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _lives(holder: Holder) -> bool:
    """Whether a holder may still write. On this machine the process decides, elsewhere the time."""
    if holder.host != socket.gethostname():
        return utc_now() < from_iso(holder.expires)
    try:
        process = psutil.Process(holder.pid)
        return abs(process.create_time() - holder.process_started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
