"""A comparison as the pages read it: configurations in their order, their names and colours, the largest size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from crossover.compare.measurement import DOES_NOT_FIT, FINISHED, MeasuredRun, MeasuredSize, Measurement, Summary
from crossover.report.amounts import roughly

LOOKS = 6
"""Colours of engines."""


@dataclass(frozen=True)
class Configuration:
    """What a run was made with, apart from the size of its data."""

    engine: str
    parallelism: int


@dataclass(frozen=True)
class Reading:
    """A comparison, asked in the words of its pages."""

    measured: Measurement

    @cached_property
    def configurations(self) -> tuple[Configuration, ...]:
        """All that were tried, engine by engine, in the order of the first run."""
        found = dict.fromkeys(Configuration(run.engine, run.parallelism) for run in self.measured.runs)
        engines = self.engines
        return tuple(sorted(found, key=lambda each: (engines.index(each.engine), each.parallelism)))

    @cached_property
    def engines(self) -> tuple[str, ...]:
        """All engines, as they were asked for; without that, in the order of their names."""
        asked = [str(name) for name in self.measured.request.get("engines", ())]
        return tuple(dict.fromkeys([*asked, *sorted({run.engine for run in self.measured.runs})]))

    def look(self, engine: str) -> int:
        """Return the number of an engine's colour."""
        return self.engines.index(engine) % LOOKS

    def name(self, configuration: Configuration) -> str:
        """Return `spark, 2 cores`, or the engine alone where it was tried with one parallelism."""
        tried = [each for each in self.configurations if each.engine == configuration.engine]
        cores = configuration.parallelism
        return configuration.engine if len(tried) < 2 else f"{configuration.engine}, {cores} core{'s' * (cores != 1)}"

    @cached_property
    def sizes(self) -> tuple[MeasuredSize, ...]:
        """From the smallest to the largest."""
        return tuple(sorted(self.measured.sizes, key=lambda size: size.bytes))

    def told(self, size: MeasuredSize) -> str:
        """Return `0.1 (3.2 million rows)`."""
        about = "about " if size.rows_estimated else ""
        return size.name if size.rows is None else f"{size.name} ({about}{roughly(size.rows)} rows)"

    @cached_property
    def largest(self) -> MeasuredSize | None:
        """The largest size at which a run ended well."""
        measured = {summary.size for summary in self.measured.summaries}
        return next((size for size in reversed(self.sizes) if size.name in measured), None)

    def summary(self, size: MeasuredSize, configuration: Configuration) -> Summary | None:
        """Return the summary of one configuration at one size, None where no run ended well."""
        wanted = (size.name, configuration.engine, configuration.parallelism)
        return next((each for each in self.measured.summaries if (each.size, each.engine, each.parallelism) == wanted), None)

    def runs(self, size: MeasuredSize, configuration: Configuration) -> Iterator[MeasuredRun]:
        """Return the runs of one configuration at one size that are not warm-ups."""
        wanted = (size.name, configuration.engine, configuration.parallelism)
        return (run for run in self.measured.runs if (run.size, run.engine, run.parallelism) == wanted and not run.discarded)

    def counted_runs(self, size: MeasuredSize, configuration: Configuration) -> Iterator[MeasuredRun]:
        """Return the runs that count: those whose medians are told."""
        return (run for run in self.runs(size, configuration) if run.counts)

    def kept_run(self, size: MeasuredSize, configuration: Configuration) -> MeasuredRun | None:
        """Return the first run that counts."""
        return next(self.counted_runs(size, configuration), None)

    def failed_run(self, size: MeasuredSize, configuration: Configuration) -> MeasuredRun | None:
        """Return a run that tells why there is no summary."""
        return next((run for run in self.runs(size, configuration) if run.outcome != FINISHED), None)

    def ended_badly(self, size: MeasuredSize, configuration: Configuration) -> bool:
        """Whether it was tried, and no run ended well."""
        return self.summary(size, configuration) is None and self.failed_run(size, configuration) is not None

    def did_not_fit(self, size: MeasuredSize, configuration: Configuration) -> bool:
        """Whether memory was too small for it."""
        failed = self.failed_run(size, configuration)
        return failed is not None and failed.outcome == DOES_NOT_FIT
