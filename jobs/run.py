"""`spark-submit jobs/run.py DOCUMENT [options]`: `crossover run` on the cluster that spark-submit chose.

Takes the arguments of `crossover run`; the engine is Spark unless another one is named. docs/jobs.md says what has to be
installed where.
"""

from __future__ import annotations

import sys

from crossover.cli.job import job

if __name__ == "__main__":
    sys.exit(job(None, sys.argv[1:]))
