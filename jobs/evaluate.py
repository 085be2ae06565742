"""`spark-submit jobs/evaluate.py DOCUMENT [options]`: judges the models that `train` handed on; a gate that is missed ends with 5.

Takes the arguments of `crossover run`; the engine is Spark unless another one is named. docs/jobs.md says what has to be
installed where.
"""

from __future__ import annotations

import sys

from crossover.cli.job import job

if __name__ == "__main__":
    sys.exit(job("evaluate", sys.argv[1:]))
