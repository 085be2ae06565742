"""`python -m crossover` is `crossover`."""

import gc
import sys


def start() -> int:
    """Run the command of this process. Nothing that loading makes is garbage: to look for some is a fifth of the loading."""
    gc.disable()
    from crossover.cli.main import main

    return main()


if __name__ == "__main__":
    sys.exit(start())
