"""`spark-submit jobs/ingest.py DOCUMENT [options]`: reads the sources, sets aside rows that do not fit, hands on the rest.

Takes the arguments of `crossover run`; the engine is Spark unless another one is named. docs/jobs.md says what has to be
installed where.
"""

from __future__ import annotations

import sys

from crossover.cli.job import job

if __name__ == "__main__":
    sys.exit(job("ingest", sys.argv[1:]))
