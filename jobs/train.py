"""`spark-submit jobs/train.py DOCUMENT [options]`: fits the models to what the stages before handed on.

Takes the arguments of `crossover run`; the engine is Spark unless another one is named. docs/jobs.md says what has to be
installed where.
"""

from __future__ import annotations

import sys

from crossover.cli.job import job

if __name__ == "__main__":
    sys.exit(job("train", sys.argv[1:]))
