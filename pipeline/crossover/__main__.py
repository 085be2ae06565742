"""`python -m crossover` is `crossover`."""

import atexit
import gc
import os
import sys


def start() -> int:
    """Run the command of this process. Nothing that loading makes is garbage: to look for some is a fifth of the loading."""
    gc.disable()
    from crossover.cli.main import main

    code = main()
    _end(code)
    return code


def _end(code: int) -> None:
    """End the process. To free each object of a run by itself takes a quarter of a second; the system takes all at once."""
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return  # an end in Python's own way tells of it
    os._exit(code)


if __name__ == "__main__":
    sys.exit(start())
