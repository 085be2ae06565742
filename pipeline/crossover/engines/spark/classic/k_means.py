"""Lloyd's iterations by MLlib from given centres: its DataFrame API takes none.

The older API takes some; it gets the vectors inside the JVM, so no row passes through Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from py4j.protocol import Py4JError
from pyspark.mllib.util import MLUtils
from pyspark.sql import DataFrame

from crossover.engines.spark.classic.keeping import forget_origin_of_rows
from crossover.learning.models import iterations as told
from crossover.learning.models.matrix import Floats


def lloyd(data: DataFrame, features: str, starts: Sequence[Floats], iterations: int) -> list[Floats]:
    """Return for each start the centres (k, d) after at most `iterations`, fewer if none moves.

    A cluster without rows keeps its centre. The vectors are made once for all starts.
    """
    vectors: Any = MLUtils.convertVectorColumnsFromML(data, features)
    context = vectors._sc
    clustering = context._jvm.org.apache.spark.mllib.clustering
    rows = getattr(vectors._jdf, "as")(_vector_encoder(context._jvm)).rdd()
    rows.persist(context._jvm.org.apache.spark.storage.StorageLevel.MEMORY_AND_DISK())
    forget_origin_of_rows(context, rows)
    found = []
    try:
        for centres in starts:
            library = clustering.KMeans().setK(len(centres)).setMaxIterations(iterations).setEpsilon(0.0)
            model = library.setInitialModel(clustering.KMeansModel(_vectors(context, centres))).run(rows)
            told.tell(int(model.numIter()))
            found.append(np.array([list(each.toArray()) for each in model.clusterCenters()], dtype=np.float64))
    finally:
        rows.unpersist(False)
    return found


def _vector_encoder(jvm: Any) -> Any:
    """Return the encoder of the older API's vectors."""
    kind = jvm.org.apache.spark.mllib.linalg.VectorUDT()
    try:
        return jvm.org.apache.spark.sql.Encoders.udt(kind)
    except Py4JError:
        # Spark 3.5 has it under no public name
        encoders = jvm.org.apache.spark.sql.catalyst.encoders
        return encoders.ExpressionEncoder.apply(getattr(encoders, "AgnosticEncoders$UDTEncoder")(kind, kind.getClass()))


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
