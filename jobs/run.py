"""`spark-submit jobs/run.py DOCUMENT [options]`: `crossover run` on the cluster that spark-submit chose.

Takes the arguments of `crossover run`; the engine is Spark unless another one is named. Crossover is installed on the
driver, or comes with `--py-files`.
"""

from __future__ import annotations

import sys

from crossover.cli.main import main


def arguments(given: list[str]) -> list[str]:
    """Return the arguments of `crossover`."""
    named = any(each == "--engine" or each.startswith("--engine=") for each in given)
    return ["run", *given, *([] if named else ["--engine", "spark"])]


if __name__ == "__main__":
    sys.exit(main(arguments(sys.argv[1:])))
