"""What `crossover help CODE` says: each code of a mistake, what it means and how to mend it."""

from __future__ import annotations

CODES: dict[str, str] = {
    # YAML
    "yaml": (
        "YAML cannot read this, or would read something else than what stands there. An expression is put in double "
        "quotes when it begins with one of ' \" [ ] { } > | * & ! % # @ or a backtick, or contains `: ` or ` #`; SQL's "
        "own strings use single quotes, so the two do not meet."
    ),
    "flow-expression": (
        "Inside { } and [ ] a comma ends a value and `${` begins a mapping, silently: `{d: coalesce(a, 0)}` is two "
        "entries for every YAML reader. Write `name: expression` on a line of its own, or put the expression in "
        "double quotes."
    ),
    "ambiguous-scalar": (
        "YAML 1.1 and YAML 1.2 read this plain word differently (NO, on, 012, 1_000, 12:30, dates ...), so one file "
        "would have two meanings. Put it in quotes where a text is meant; write true or false for a boolean; declare "
        'a date parameter with its type: {type: date, default: "2011-09-01"}.'
    ),
    "no-value": (
        "A key, or an item of a list, stands without a value; some readers take that for null. Leave it out or give "
        'its value; an empty text is "".'
    ),
    "duplicate-key": "The same key stands twice in one mapping; YAML readers keep the last one silently. Keep one of them.",
    "key-not-text": "A key is a single word or text. Lists, mappings and aliases cannot be keys.",
    "merge-key": (
        "Merge keys (`<<`) are refused. What repeats gets a name: a table that several steps begin from, or a list "
        "parameter."
    ),
    "alias": (
        "Aliases (`*name`) are refused, as what they hide cannot be read in place, and they can explode. What repeats "
        "gets a name: a table or a list parameter. An expression that begins with * is put in double quotes."
    ),
    "anchor": (
        "Anchors (`&name`) are refused together with aliases. What repeats gets a name: a table or a list parameter. "
        "An expression that begins with & is put in double quotes."
    ),
    "tag": (
        "Tags (`!name`) are refused: the place of a value decides its type. An expression that begins with ! is put "
        "in double quotes."
    ),
    "tab": (
        "The document has a tab. YAML forbids them in indentation; here they are refused everywhere. Indent with "
        "blanks; inside a double-quoted text write \\t."
    ),
    "several-documents": "A file holds one YAML document. Put what follows `---` into a file of its own.",
    "too-large": "A document has at most 1 MB. Data belongs into files that a source reads.",
    "too-deep": "The document is nested deeper than any document of the language can be.",
    # Shape
    "wrong-value": (
        "The value is not what its place takes. The message says what does: a number is written without quotes, a "
        "list as [a, b], a mapping as `name: value` on each line."
    ),
    "unknown-setting": "There is no such key here. The message names the nearest one or lists all.",
    "missing-setting": "A key that must be given is missing.",
    "unknown-option": (
        "The operation has no such option. The message names the nearest one or lists all. `on` is never an option: "
        "it is the boolean true in YAML 1.1, so joins say `using`."
    ),
    "unknown-operation": (
        "The step has no operation that the language knows. A step begins with its verb: `- filter: ...`, `- "
        "left_join: ...`."
    ),
    "one-operation": (
        "A step has exactly one operation; its options stand beside it. Begin each operation on a line with its own "
        "`- `."
    ),
    "unknown-type": "Types are boolean, int, double, string, date and timestamp.",
    "not-yet": (
        "This is part of the language, but the version that you have does not do it. Nothing of a document is ever "
        "ignored, so it is refused."
    ),
    "language-version": (
        "The document is written for another version of the language. Install a version of Crossover that reads it, "
        "or bring the document to this one."
    ),
    "name": (
        "Names are letters, digits and _, not beginning with a digit or with two underscores; not a word of SQL; and "
        "no two differ by case alone. A header that is no such name gets one: `unit_price: {from: Unit Price, type: "
        "double}`. So no identifier is ever quoted."
    ),
    # Parameters
    "parameter-form": (
        "In an expression, or as the whole of a setting, a parameter is written `$name` and is a typed value. In a "
        "path it is text, and `${name}` is for a place where a letter, digit or _ follows."
    ),
    "frozen-parameter": (
        "A trained model keeps the parameters of its features, rows and training as they were: with others it would be "
        "another model. A scoring document sets those that the pipeline declares with `frozen: false`, and those that "
        "stand in paths alone."
    ),
    "unknown-source": "The document that trained the model has no source of this name. The message lists those that it has.",
    "model": "There is no trained model in this folder. Train one first; its path is runs/PIPELINE/current/MODEL.",
    "scoring-document": (
        "A scoring document applies a trained model; it has no stages and no models of its own. `crossover score`, "
        "`run`, `check` and `explain` take it; here stands the document of a pipeline."
    ),
    "unknown-parameter": "The document declares no parameter of this name under `parameters:`.",
    "missing-parameter": "A parameter without a default must be given: --set name=VALUE.",
    # Names and types
    "unknown-table": (
        "A table is used below the place where it is made; sources stand above all stages. A new table begins with `- "
        "from: OTHER`."
    ),
    "unknown-column": (
        "The table has no such column at this place. Documents are read downward: a column is used below the step "
        "that makes it, and an aggregate keeps only what it lists."
    ),
    "unknown-function": (
        "There is no function of this name. Whatever an expression can call has one meaning on every engine; there is "
        "no way around to an engine's own functions."
    ),
    "from-first": "`from` begins a table, so it is the first of its steps and no other.",
    "from-exists": "A name that exists already is continued by its steps. To begin another table, give it a new name.",
    "name-exists": (
        "The table already has a column of this name, or one that differs by case alone. Choose another name; in a "
        "join, `prefix:` or `take:` help."
    ),
    "listed-twice": (
        "The list holds this twice. Each stands in it once; `prefix_*` may overlap with a name beside it. A column may be an "
        "input of a model once as a number and once in each encoding."
    ),
    "union": (
        "Tables that are united have the same columns, of equal types; their order does not matter. Select, rename, "
        "cast or derive columns in one of them first."
    ),
    "pivot": (
        "A pivot makes a column NAME_value for each of `values`, so that its columns are known without data. Values "
        "are written as [a, b] or 0..23 and end a column's name: letters, digits and _."
    ),
    "replaced-column": (
        "A derive reads downward. A column that a step replaces may not be used below it in the same step, as some "
        "languages would take the new value and others the old. Begin a new `- derive:`."
    ),
    "expression": (
        "The expression does not parse. The language of expressions is SQL's scalars: `and`, `or`, `not`, `case when "
        "... end`, `is null`, `in (...)`, functions; strings in single quotes. No subqueries, comments, `? :` or "
        "`&&`."
    ),
    "type": (
        "A value has a type that its place does not take. Nothing is converted silently, except int to double and "
        "date to timestamp."
    ),
    "arguments": "The function is called with too few, too many or other arguments than it takes.",
    "aggregate": (
        "Aggregate functions stand in aggregate, window, pivot, look_back and look_ahead alone, and there nothing "
        "else does at the outermost place."
    ),
    "null-comparison": "`x = null` is never true in SQL. Write `x is null` or `x is not null`.",
    "duration": "A duration is a number and a unit: 30 minutes, 2 hours, 1 day, or $n days with an int parameter.",
    "order": (
        "An order is a list of columns, each with `desc` behind it where it runs downward. `last:` of a window, and "
        "functions that depend on a place, need one."
    ),
    "order-tie": (
        "Rows that are equal in the order would come in any sequence, another on each engine. Give the source a "
        "`key:`, or aggregate by columns that identify a row."
    ),
    "inexact": (
        "Sums, means and scores of doubles may differ between engines in the last bits. What tells rows apart (keys, "
        "groups, equality, distinct) needs exact columns; round to an int, or use the columns that the value was made "
        "of."
    ),
    # Joins
    "join-key": (
        "A join is many_to_one unless it says otherwise: each row matches at most one row of the other table. `using` "
        "must then hold the whole key of the other table. If rows shall multiply, say expect: many_to_many."
    ),
    "join-type": "Columns of different types are never equal. Derive one of them by a cast above the join.",
    "join-cardinality": (
        "Rows matched more than one row of the other table. Deduplicate that table above the join, or say expect: "
        "many_to_many if rows shall multiply."
    ),
    # Models
    "outcome-input": (
        "The column is, or is made of, an outcome: it is not known when the question is asked, so a model that sees "
        "it would be good on paper alone. Remove it, or take the past by `look_back`, or use `encode: label_mean`. If "
        "it is known in time, it does not belong into `outcomes`."
    ),
    "outcome-at": (
        "The moment of a look_back is the one at which the question is asked, so it cannot depend on an outcome. Take "
        "the scheduled time, not the one at which it happened."
    ),
    "outcome-rows": (
        "A filter or require on an outcome drops rows that nobody can tell apart when scoring. Put the condition into "
        "the model's `rows:`; rows with a null label are left out of learning anyway."
    ),
    "later-rows": (
        "An aggregate over a table holds all of its rows, those behind the moment of the question too; a look_ahead takes "
        "the label from just those. It would be good on paper alone. Take the column by `look_back`, which sees only what "
        "was known."
    ),
    "label": "A model with a label names a column that is boolean, or int of 0 and 1. k_means has none.",
    "label-outcome": (
        "The label depends on no outcome, so nothing says what is not known when the question is asked. Name in the "
        "source's `outcomes:` the columns that are known only afterwards."
    ),
    "label-input": "The label cannot be an input of the model that predicts it.",
    "label-mean-key": (
        "label_mean divides rows into folds by the table's key. Declare `key:` at the source, or aggregate by columns "
        "that identify a row."
    ),
    "centre": (
        "Each of the given centres of k_means has a value for each input column of the model, in original units: a number, true or "
        "false, or the value of a category. Values are prepared as those of a row are."
    ),
    "truth": "`truth` names the column of the clusters that are known, a string, int or boolean; only k_means has it.",
    "sample-key": "k_means draws its first centres by a hash of the key, or of exact columns. The table has neither.",
    "split": (
        "A split needs columns to divide rows by: the table's key, or `by:`; or a date or timestamp and `test_from`, and then "
        "the moments from which a look_ahead made the label."
    ),
    "input-type": (
        "A model takes numbers and booleans. Encode a text: one_hot makes a column of each value, label_mean the mean "
        "label of each."
    ),
    # Warnings
    "unused": "Nothing uses this parameter, source or table. It costs nothing, but it may be a misspelt name elsewhere.",
}
"""Code -> one paragraph. Codes never change their meaning."""
