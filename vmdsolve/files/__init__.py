"""Files of problems and of answers: a format a file, the journal of a batch job, the rows that it writes."""

__all__ = ["WRITTEN"]

WRITTEN = (
    ".csv",
    ".json",
    ".jsonl",
    ".ndjson",
    ".opensudoku",
    ".parquet",
    ".sdm",
    ".tsv",
    ".txt",
)  # endings of files that commands write, for their help; see formats/
