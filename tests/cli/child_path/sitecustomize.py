"""Python imports this at its start where this folder is on PYTHONPATH: child processes know the strange engines."""

from crossover.engines.registry import ENGINES

ENGINES.update({name: f"tests.cli.strange_engines.{name}" for name in ("wrong", "slow", "killed", "broken", "lacking")})
