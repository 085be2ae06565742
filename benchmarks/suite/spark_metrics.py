"""What programs in PySpark share: the metrics of a classifier."""

from __future__ import annotations

from typing import Any

from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def judge(scored: DataFrame) -> dict[str, Any]:
    """Return the metrics of the test rows, by MLlib's evaluator and one query."""
    p, y = F.col("probability"), F.col("label")
    said = (p >= 0.5).cast("double")
    (row,) = scored.agg(
        F.count("*").alias("rows"),
        F.avg(-(y * F.ln(p) + (1 - y) * F.ln(1 - p))).alias("log_loss"),
        F.avg((y - p) * (y - p)).alias("brier"),
        F.avg((said == y).cast("double")).alias("accuracy"),
        F.sum(said * y).cast("long").alias("true_positives"),
        F.sum(said * (1 - y)).cast("long").alias("false_positives"),
        F.sum((1 - said) * (1 - y)).cast("long").alias("true_negatives"),
        F.sum((1 - said) * y).cast("long").alias("false_negatives"),
    ).collect()
    found = row.asDict()
    right = found["true_positives"]
    precision, recall = right / (right + found["false_positives"]), right / (right + found["false_negatives"])
    evaluator = BinaryClassificationEvaluator(rawPredictionCol="probability", numBins=0)
    auc = evaluator.evaluate(scored)
    return {**found, "auc": auc, "precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
