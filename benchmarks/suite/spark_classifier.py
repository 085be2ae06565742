"""What programs in PySpark share: MLlib's logistic regression, the scores of all rows, and the metrics of the test rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from benchmarks.suite.clocks import clock


def learned(training: DataFrame, l2: float = 0.0, tolerance: float = 1e-13) -> LogisticRegressionModel:
    """Return MLlib's model of `label` on `features`, which it scales where that changes no answer, only how soon it is found."""
    with clock("train"):
        return LogisticRegression(regParam=l2, standardization=not l2, maxIter=1000, tol=tolerance).fit(training)


def scored(model: LogisticRegressionModel, rows: DataFrame, keep: Sequence[str], test: str, out: Path) -> dict[str, Any]:
    """Write the scores of all rows beside the columns that are kept; return the metrics of the test rows."""
    with clock("evaluate"):
        probability = vector_to_array(F.col("probability"))[1].alias("probability")
        scores = model.transform(rows).select(*keep, "label", F.expr(test).alias("test"), probability)
        metrics = judge(scores.where("test").cache())
    with clock("write"):
        written = scores.select(*keep, "probability", (F.col("probability") >= 0.5).alias("prediction"))
        written.write.mode("overwrite").parquet(str(out / "scores.parquet"))
    return metrics


def judge(rows: DataFrame) -> dict[str, Any]:
    """Return the metrics of the test rows, by MLlib's evaluator and one query."""
    p, y = F.col("probability"), F.col("label")
    said = (p >= 0.5).cast("double")
    (row,) = rows.agg(
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
    auc = evaluator.evaluate(rows)
    return {**found, "auc": auc, "precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
