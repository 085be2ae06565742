"""AUC and AUPR by MLlib's evaluator: python -m benchmarks.evaluation.by_mllib FOLDER."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.sql import SparkSession


def main(folder: str) -> None:
    spark = SparkSession.builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    scores = spark.read.parquet(folder).selectExpr("cast(label as double) label", "probability").cache()
    scores.count()
    told: dict[str, Any] = {}
    for bins, name in ((0, "exact"), (1000, "of_1000_bins")):
        for metric in ("areaUnderROC", "areaUnderPR"):
            evaluator = BinaryClassificationEvaluator(rawPredictionCol="probability", labelCol="label", metricName=metric, numBins=bins)
            began = time.perf_counter()
            told[f"{metric}_{name}"] = evaluator.evaluate(scores)
            told[f"{metric}_{name}_s"] = round(time.perf_counter() - began, 2)
    spark.stop()
    told["auc"] = told["areaUnderROC_exact"]
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
