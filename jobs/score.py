"""`spark-submit jobs/score.py DOCUMENT [options]`: scores with the models that were accepted, and commits the run as a whole.

Takes the arguments of `crossover run`; the engine is Spark unless another one is named. docs/jobs.md says what has to be
installed where.
"""

from __future__ import annotations

import sys

from crossover.cli.job import job

if __name__ == "__main__":
    sys.exit(job("score", sys.argv[1:]))
