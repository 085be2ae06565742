"""How the command's process ends: what was asked for its end is done, what was said is said, and the code is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from crossover import __version__

ENDING = """
import atexit, sys
from crossover.__main__ import start
class Freed:
    def __del__(self): print("freed")
kept = Freed()
atexit.register(print, "asked for at the end")
sys.argv[1:] = sys.argv[1].split()
start()
print("still here")
"""


def ended(arguments: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-c", ENDING, arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_exit_functions_run_and_nothing_is_freed_object_by_object() -> None:
    code, out, err = ended("--version")
    assert (code, out.splitlines()[1:], err) == (0, ["asked for at the end"], "")
    assert __version__ in out


def test_the_code_of_an_error_is_the_code_of_the_process() -> None:
    code, out, err = ended("run missing.yaml")
    assert (code, out) == (2, "asked for at the end\n")
    assert "missing.yaml" in err


def test_a_process_under_nohup_does_not_end_with_its_terminal() -> None:
    asked = (
        "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); from crossover.cli.main import main; "
        "main(['--version']); os.kill(os.getpid(), signal.SIGHUP); print('still here')"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "still here"), done.stderr


def test_an_output_that_cannot_be_written_is_no_success() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "crossover", "--version"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr == "crossover: no space left on device\n"
