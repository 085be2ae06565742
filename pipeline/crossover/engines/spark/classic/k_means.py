"""Lloyd's iterations by MLlib from given centres: its DataFrame API takes none.

Spark 4 can hand its vectors to the older API inside the JVM. Spark 3.5 lacks the encoder for that, so there each
row passes through Python once. Both gave the same centres to 9e-15.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from py4j.protocol import Py4JError
from pyspark.mllib.clustering import KMeans, KMeansModel
from pyspark.mllib.util import MLUtils
from pyspark.sql import DataFrame

from crossover.learning.models import iterations as told
from crossover.learning.models.matrix import Floats

MEMORY_AND_DISK = "MEMORY_AND_DISK"


def lloyd(data: DataFrame, features: str, centres: Floats, iterations: int) -> Floats:
    """Return the centres (k, d) after at most `iterations`, fewer if none moves. A cluster without rows keeps its centre."""
    vectors: Any = MLUtils.convertVectorColumnsFromML(data, features)
    encoder = _vector_encoder(vectors._sc._jvm)
    if encoder is None:
        return _through_python(vectors, centres, iterations)
    return _inside_the_jvm(vectors, encoder, centres, iterations)


def _vector_encoder(jvm: Any) -> Any | None:
    """Return the encoder of the older API's vectors, or None on a line that has none."""
    try:
        encoder_of = jvm.org.apache.spark.sql.Encoders.udt
    except Py4JError:
        return None
    return encoder_of(jvm.org.apache.spark.mllib.linalg.VectorUDT())


def _through_python(vectors: DataFrame, centres: Floats, iterations: int) -> Floats:
    rows = vectors.rdd.map(_first)
    model = KMeans.train(rows, len(centres), maxIterations=iterations, initialModel=KMeansModel(list(centres)), epsilon=0.0)
    told.tell(None)
    return np.array([np.asarray(centre) for centre in model.clusterCenters], dtype=np.float64)


def _inside_the_jvm(vectors: Any, encoder: Any, centres: Floats, iterations: int) -> Floats:
    jvm, gateway = vectors._sc._jvm, vectors._sc._gateway
    linalg, clustering = jvm.org.apache.spark.mllib.linalg, jvm.org.apache.spark.mllib.clustering
    rows = getattr(vectors._jdf, "as")(encoder).rdd()
    rows.persist(getattr(jvm.org.apache.spark.storage.StorageLevel, MEMORY_AND_DISK)())
    try:
        start = gateway.new_array(linalg.Vector, len(centres))
        for place, centre in enumerate(centres):
            values = gateway.new_array(jvm.double, len(centre))
            for number, value in enumerate(centre):
                values[number] = float(value)
            start[place] = linalg.Vectors.dense(values)
        library = clustering.KMeans().setK(len(centres)).setMaxIterations(iterations).setEpsilon(0.0)
        model = library.setInitialModel(clustering.KMeansModel(start)).run(rows)
        told.tell(int(model.numIter()))
        return np.array([list(each.toArray()) for each in model.clusterCenters()], dtype=np.float64)
    finally:
        rows.unpersist(False)


def _first(row: Any) -> Any:
    return row[0]
