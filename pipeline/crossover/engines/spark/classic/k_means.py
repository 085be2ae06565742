"""Lloyd's iterations by MLlib from given centres: its DataFrame API takes none.

Spark 4 can hand its vectors to the older API inside the JVM. Spark 3.5 lacks the encoder for that, so there each
row passes through Python. Both gave the same centres to 9e-15.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from py4j.protocol import Py4JError
from pyspark.mllib.clustering import KMeans, KMeansModel
from pyspark.mllib.util import MLUtils
from pyspark.sql import DataFrame
from pyspark.storagelevel import StorageLevel

from crossover.learning.models import iterations as told
from crossover.learning.models.matrix import Floats

MEMORY_AND_DISK = "MEMORY_AND_DISK"


def lloyd(data: DataFrame, features: str, starts: Sequence[Floats], iterations: int) -> list[Floats]:
    """Return for each start the centres (k, d) after at most `iterations`, fewer if none moves.

    A cluster without rows keeps its centre. The vectors are made once for all starts.
    """
    vectors: Any = MLUtils.convertVectorColumnsFromML(data, features)
    encoder = _vector_encoder(vectors._sc._jvm)
    if encoder is None:
        return _through_python(vectors, starts, iterations)
    return _inside_the_jvm(vectors, encoder, starts, iterations)


def _vector_encoder(jvm: Any) -> Any | None:
    """Return the encoder of the older API's vectors, or None on a line that has none."""
    try:
        encoder_of = jvm.org.apache.spark.sql.Encoders.udt
    except Py4JError:
        return None
    return encoder_of(jvm.org.apache.spark.mllib.linalg.VectorUDT())


def _through_python(vectors: DataFrame, starts: Sequence[Floats], iterations: int) -> list[Floats]:
    rows = vectors.rdd.map(_first).persist(getattr(StorageLevel, MEMORY_AND_DISK))
    try:
        return [_fitted(rows, centres, iterations) for centres in starts]
    finally:
        rows.unpersist()


def _fitted(rows: Any, centres: Floats, iterations: int) -> Floats:
    model = KMeans.train(rows, len(centres), maxIterations=iterations, initialModel=KMeansModel(list(centres)), epsilon=0.0)
    told.tell(None)
    return np.array([np.asarray(centre) for centre in model.clusterCenters], dtype=np.float64)


def _inside_the_jvm(vectors: Any, encoder: Any, starts: Sequence[Floats], iterations: int) -> list[Floats]:
    jvm = vectors._sc._jvm
    clustering = jvm.org.apache.spark.mllib.clustering
    rows = getattr(vectors._jdf, "as")(encoder).rdd()
    rows.persist(getattr(jvm.org.apache.spark.storage.StorageLevel, MEMORY_AND_DISK)())
    found = []
    try:
        for centres in starts:
            library = clustering.KMeans().setK(len(centres)).setMaxIterations(iterations).setEpsilon(0.0)
            model = library.setInitialModel(clustering.KMeansModel(_vectors(vectors._sc, centres))).run(rows)
            told.tell(int(model.numIter()))
            found.append(np.array([list(each.toArray()) for each in model.clusterCenters()], dtype=np.float64))
    finally:
        rows.unpersist(False)
    return found


def _vectors(context: Any, centres: Floats) -> Any:
    """Return Java's array of the vectors."""
    linalg = context._jvm.org.apache.spark.mllib.linalg
    found = context._gateway.new_array(linalg.Vector, len(centres))
    for place, centre in enumerate(centres):
        values = context._gateway.new_array(context._jvm.double, len(centre))
        for number, value in enumerate(centre):
            values[number] = float(value)
        found[place] = linalg.Vectors.dense(values)
    return found


def _first(row: Any) -> Any:
    return row[0]
