"""What a comparison measured: the form of comparison.json, of which every figure of a report comes.

Times are seconds, sizes bytes. `None` is "not known", never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

FORMAT = 2
FINISHED, DOES_NOT_FIT, FAILED = "finished", "does not fit", "failed"
"""Outcomes of a run."""
RETRIES, NOISE = "retries", "noise"
"""Marks of a run or a summary: work was done more than once; repeats lie far apart."""


@dataclass(frozen=True)
class FromJson:
    """What is read from JSON again; what a later version added is left out."""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `Measurement.to_json` wrote."""
        return cls(**cls.known(value))

    @classmethod
    def known(cls, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of this version."""
        names = {each.name for each in fields(cls)}
        return {name: each for name, each in value.items() if name in names}


@dataclass(frozen=True)
class MeasuredSize(FromJson):
    """One size of the data: what was read, and whether all engines gave the same answer."""

    name: str
    scale: float | None
    """None where the size is given by parameters."""
    rows: int | None
    """Rows of all sources together, as the first run that ended well read them; None before."""
    bytes: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """Source: its fingerprint."""
    certificate: Mapping[str, Any] | None = None
    same_answer: bool | None = None
    """None where fewer than two answers could be compared."""
    rows_estimated: bool = False
    """Whether no run has ended well there, so that the rows are those of the nearest other size, by bytes."""


@dataclass(frozen=True)
class MeasuredUsage(FromJson):
    """What a process tree used from start to exit, and how that was measured."""

    wall_s: float
    cpu_s: float
    peak_memory: int
    """Largest sum of resident bytes at one instant."""
    read_bytes: int | None = None
    written_bytes: int | None = None
    cpu_from: str = "polling"
    """`cgroup` or `polling`."""
    memory_from: str = "polling"
    limit_by: str | None = None
    """Who held the memory limit, `cgroup` or `watchdog`; None without a limit."""


@dataclass(frozen=True)
class MeasuredClock(FromJson):
    """One clock of one run."""

    name: str
    table: str | None
    wall_s: float
    cpu_s: float
    peak_memory: int
    rows_in: int | None = None
    rows_out: int | None = None
    read_bytes: int | None = None
    spark: Mapping[str, Any] | None = None
    """What Spark did in it: jobs, scans, bytes shuffled and spilled, GC, time in calls to the JVM."""


@dataclass(frozen=True)
class MeasuredRun(FromJson):
    """One run in a process of its own. One that failed or did not fit is a result too."""

    size: str
    engine: str
    parallelism: int
    repeat: int
    discarded: bool
    """A warm-up: shown, and counted nowhere."""
    outcome: str
    message: str | None = None
    error: Mapping[str, Any] | None = None
    """What a failed run reported, as `--json` prints it."""
    run: str | None = None
    folder: str | None = None
    """Where the record lies, and for the first kept run of an engine and a size the whole answer."""
    usage: MeasuredUsage | None = None
    session_start_s: float | None = None
    clocks: tuple[MeasuredClock, ...] = ()
    spark: Mapping[str, Any] | None = None
    samples: tuple[tuple[float, float, int], ...] = ()
    """Seconds since the start, cores in use, resident bytes."""
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    iterations: Mapping[str, int] = field(default_factory=dict)
    training_rows: Mapping[str, int] = field(default_factory=dict)
    marks: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        return self.outcome == FINISHED

    @property
    def counts(self) -> bool:
        """Whether its figures enter a summary."""
        return self.finished and not self.discarded

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        known = cls.known(value)
        known["usage"] = None if known.get("usage") is None else MeasuredUsage.from_json(known["usage"])
        known["clocks"] = tuple(MeasuredClock.from_json(each) for each in known.get("clocks", ()))
        known["samples"] = tuple((float(at), float(cores), int(memory)) for at, cores, memory in known.get("samples", ()))
        known["marks"] = tuple(known.get("marks", ()))
        return cls(**known)


@dataclass(frozen=True)
class Spread(FromJson):
    """A figure over the repeats of one configuration."""

    median: float
    lowest: float
    highest: float
    cv: float | None
    """Standard deviation of the sample divided by the mean; None for one repeat."""


@dataclass(frozen=True)
class ClockSummary(FromJson):
    """Medians of one clock over the repeats; tables of one stage are added up."""

    name: str
    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Summary(FromJson):
    """The kept repeats of one size, engine and parallelism."""

    size: str
    engine: str
    parallelism: int
    repeats: int
    wall_s: Spread
    cpu_s: Spread
    peak_memory: Spread
    read_share: float | None
    """Bytes read divided by the bytes of the input."""
    shuffle_share: float | None
    """Bytes shuffled divided by the bytes of the input; None for one process, which shuffles nothing."""
    preprocessing_share: float | None
    """Part of the clocks' wall time before training."""
    session_start_s: float | None
    clocks: tuple[ClockSummary, ...]
    rows_per_s: float
    """Input rows divided by the median wall time of the process."""
    training_rows_per_s_per_iteration: Mapping[str, float] = field(default_factory=dict)
    """Model: training rows times iterations, divided by the seconds of its training."""
    marks: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        known = cls.known(value)
        for name in ("wall_s", "cpu_s", "peak_memory"):
            known[name] = Spread.from_json(known[name])
        known["clocks"] = tuple(ClockSummary.from_json(each) for each in known["clocks"])
        known["marks"] = tuple(known.get("marks", ()))
        return cls(**known)


@dataclass(frozen=True)
class Latency(FromJson):
    """How fast a trained model scores, without any engine."""

    model: str
    one_row_p50_s: float
    one_row_p99_s: float
    batch_rows: int
    batch_rows_per_s: float


@dataclass(frozen=True)
class ApartStage(FromJson):
    """A stage as a job of its own, its tables written for the next one: a breakdown, never mixed with the runs.

    What is fused in a run is apart here, and reading and writing what is handed over come on top.
    """

    size: str
    engine: str
    parallelism: int
    stage: str
    outcome: str
    message: str | None = None
    usage: MeasuredUsage | None = None
    session_start_s: float | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        known = cls.known(value)
        known["usage"] = None if known.get("usage") is None else MeasuredUsage.from_json(known["usage"])
        return cls(**known)


@dataclass(frozen=True)
class Measurement(FromJson):
    """All of comparison.json."""

    pipeline: str
    document: str
    document_hash: str
    commands: tuple[str, ...]
    """Those that measured something, in their order: together they make all of it."""
    started: str
    ended: str
    """Of the last run so far, UTC."""
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    request: Mapping[str, Any] = field(default_factory=dict)
    """Engines, parallelism, repeats and warm-ups that were asked for, by all commands together."""
    sizes: tuple[MeasuredSize, ...] = ()
    runs: tuple[MeasuredRun, ...] = ()
    summaries: tuple[Summary, ...] = ()
    latency: tuple[Latency, ...] = ()
    fits: Mapping[str, Any] = field(default_factory=dict)
    crossover: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, Any] = field(default_factory=dict)
    verdict: tuple[str, ...] = ()
    models: Mapping[str, Any] = field(default_factory=dict)
    apart: tuple[ApartStage, ...] = ()
    format: int = FORMAT

    def size(self, name: str) -> MeasuredSize:
        """Return the size of this name."""
        return next(size for size in self.sizes if size.name == name)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"format": self.format, **asdict(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        known = cls.known(value)
        known["commands"] = tuple(known["commands"])
        known["sizes"] = tuple(MeasuredSize.from_json(each) for each in known.get("sizes", ()))
        known["runs"] = tuple(MeasuredRun.from_json(each) for each in known.get("runs", ()))
        known["summaries"] = tuple(Summary.from_json(each) for each in known.get("summaries", ()))
        known["latency"] = tuple(Latency.from_json(each) for each in known.get("latency", ()))
        known["apart"] = tuple(ApartStage.from_json(each) for each in known.get("apart", ()))
        known["verdict"] = tuple(known.get("verdict", ()))
        return cls(**known)
