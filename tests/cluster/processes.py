"""A standalone cluster of Spark: a master and workers, each a process of this machine, and jobs that are submitted to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from crossover.engines.spark.class_archive import java_options
from crossover.engines.spark.java import java_home, spark_version

ROOT = Path(__file__).parents[2]
JOBS = ROOT / "jobs"
PATIENCE = 180.0
"""Seconds that a process gets to show up. A busy machine is slow, a hang is a failure."""

WORK = "work"
"""Folder in which workers keep a folder for each job, and in it one for each executor."""
JAVA_OPTIONS = f"-XX:TieredStopAtLevel=1 {java_options()}"
"""These processes live for seconds: what the second compiler of Java spends on them never comes back."""
SUBMITTED_WITH = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executor.cores": "1",
    "spark.executor.memory": "600m",
    # No task before both workers have an executor: else the first alone may end a short job.
    "spark.cores.max": "2",
    "spark.scheduler.minRegisteredResourcesRatio": "1",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "180s",
    "spark.executor.extraJavaOptions": JAVA_OPTIONS,
    # On one machine the files of a dead executor would be read from the shared disk: no fetch would ever fail.
    "spark.shuffle.readHostLocalDisk": "false",
    "spark.sql.shuffle.partitions": "2",
}


@dataclass(frozen=True)
class Job:
    """A `spark-submit`, and the file with what its driver tells."""

    process: subprocess.Popen[bytes]
    log: Path

    def told(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


class Cluster:
    """One master, two workers of one core each. Everything it starts it ends, by its own process ids."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._home = _spark_home()
        self._port, self._web = _free_port(), _free_port()
        self._started: list[subprocess.Popen[bytes]] = []
        self._jobs_before = 0
        self.workers: list[subprocess.Popen[bytes]] = []
        self.environment = _environment(folder)

    @property
    def url(self) -> str:
        return f"spark://127.0.0.1:{self._port}"

    def __enter__(self) -> Cluster:
        place = ("--host", "127.0.0.1", "--port", str(self._port), "--webui-port", str(self._web))
        self._daemon("master.Master", *place)
        wait_for(lambda: self._alive() is not None, "the master")
        self.fill_up()
        return self

    def __exit__(self, *exception: object) -> None:
        for process in reversed(self._started):
            end_tree(process)

    def fill_up(self) -> None:
        """Start workers until there are two, and wait until the master knows them and none of the dead."""
        self.workers = [each for each in self.workers if each.poll() is None]
        while len(self.workers) < 2:
            place = ("--host", "127.0.0.1", "--cores", "1", "--memory", "800m", "--webui-port", str(_free_port()), self.url)
            self.workers.append(self._daemon("worker.Worker", *place))
        wait_for(lambda: (self._alive() or 0) >= 2, "two workers")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all executors, so that no task ends meanwhile; those still there go on afterwards."""
        executors = [each for worker in self.workers for each in psutil.Process(worker.pid).children(recursive=True)]
        for each in executors:
            _signal(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in executors:
                _signal(each, signal.SIGCONT)

    def wait_for_executors(self) -> None:
        """Wait until each worker runs an executor that the driver of the newest job knows: it would not miss one that dies before."""
        wait_for(self._all_registered, "the executors")

    def kill_a_worker(self) -> int:
        """Kill a worker and the executor that it runs with SIGKILL. Return how many processes died."""
        return end_tree(self.workers[0], signal.SIGKILL)

    def submit(self, job: str, arguments: Sequence[str]) -> Job:
        """Start `spark-submit jobs/JOB.py` in client mode."""
        settings = [word for name, value in SUBMITTED_WITH.items() for word in ("--conf", f"{name}={value}")]
        submit = [str(self._home / "bin" / "spark-submit"), "--master", self.url, "--driver-memory", "1g", "--driver-java-options", JAVA_OPTIONS, *settings]
        log = self._folder / f"{job}-{time.monotonic_ns()}.log"
        command = [*submit, str(JOBS / f"{job}.py"), *arguments, "--json", "--quiet"]
        self._jobs_before = len(self._jobs())
        with log.open("wb") as errors:
            process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=errors, cwd=self._folder)
        self._started.append(process)
        return Job(process, log)

    def _jobs(self) -> list[Path]:
        return sorted((self._folder / WORK).glob("app-*"))

    def _all_registered(self) -> bool:
        jobs = self._jobs()
        if len(jobs) == self._jobs_before:
            return False
        logs = [log.read_text(encoding="utf-8", errors="replace") for log in jobs[-1].glob("*/stderr")]
        busy = all(psutil.Process(worker.pid).children() for worker in self.workers)
        return busy and len(logs) >= 2 and all("Successfully registered with driver" in log for log in logs)

    def _daemon(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{name}-{len(self._started)}.log").open("wb")
        command = [str(self._home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
        with log:
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, cwd=self._folder)
        self._started.append(process)
        return process

    def _alive(self) -> int | None:
        """How many workers the master counts, or None while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._web}/json/", timeout=5) as answer:
                return int(json.load(answer)["aliveworkers"])
        except (urllib.error.URLError, OSError, ValueError):
            return None


def _spark_home() -> Path:
    found = find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _environment(folder: Path) -> dict[str, str]:
    version = spark_version()
    assert version is not None
    home = java_home(version)
    assert home is not None
    own = {
        "JAVA_HOME": str(home),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / WORK),
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false -Dspark.worker.timeout=15",
    }
    return {**os.environ, **own}


def end_tree(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    """End a process and its children, and wait until they are gone. Return how many there were, 0 if it had ended before."""
    if process.poll() is not None:
        # its id is free for another by now: a machine of many threads uses all of them within minutes
        return 0
    parent = psutil.Process(process.pid)
    tree = [parent, *parent.children(recursive=True)]
    for each in tree:
        _signal(each, number)
    for each in psutil.wait_procs(tree, timeout=10)[1]:
        _signal(each, signal.SIGKILL)
    process.wait()
    return len(tree)


def _signal(process: psutil.Process, number: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(there: Callable[[], bool], what: str, every: float = 0.2) -> None:
    """Wait until something is there, looked for every so many seconds."""
    until = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < until, f"{what} did not come up in {PATIENCE:.0f} s"
        time.sleep(every)
