"""One ML pipeline, written once as a document; pandas, Polars and PySpark run it and give the same answer.

The data flows through the rooms in this order:
document -> plan -> engine -> run -> compare -> report. Importing the package loads no dataframe library.
"""

__version__ = "0.1.0"

#: Version of the language of documents (`language:` in a document).
LANGUAGE = 1
#: Version of the meaning: changes whenever a corrected function changes an answer.
SEMANTICS = 1
