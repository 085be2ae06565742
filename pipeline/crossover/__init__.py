"""One ML pipeline, written once as a document; pandas, Polars and PySpark run it and give the same answer.

The data flows through the rooms in this order:
document -> plan -> engine -> run -> compare -> report. Importing the package loads no dataframe library.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossover.runs.serve import LoadedModel

__version__ = "0.1.0"

#: Version of the language of documents (`language:` in a document).
LANGUAGE = 1
#: Version of the meaning: changes whenever a corrected function changes an answer.
SEMANTICS = 1


def load_model(path: str | Path) -> LoadedModel:
    """Return a trained model to score rows with: `load_model("runs/flights/current/late").score(row)`.

    Needs NumPy and safetensors alone. See `runs.serve.LoadedModel`.
    """
    from crossover.runs import serve  # importing the package loads nothing

    return serve.load_model(path)
