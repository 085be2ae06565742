"""`python -m crossover` is `crossover`."""

import sys

from crossover.cli.main import main

sys.exit(main())
