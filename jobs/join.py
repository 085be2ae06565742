"""`spark-submit jobs/join.py DOCUMENT [options]`: the steps below `join`, over what the stages before handed on.

Takes the arguments of `crossover run`; the engine is Spark unless another one is named. docs/jobs.md says what has to be
installed where.
"""

from __future__ import annotations

import sys

from crossover.cli.job import job

if __name__ == "__main__":
    sys.exit(job("join", sys.argv[1:]))
