"""Files of problems and of answers: a format a file, the journal of a batch job, the rows that it writes."""

__all__ = ["WRITTEN"]

# Endings of files that commands write, for their help; see formats/
WRITTEN = (
    ".csv", ".json", ".jsonl", ".ndjson", ".non", ".nonpack", ".opensudoku", ".parquet", ".sdk", ".sdm", ".tsv", ".txt",
)  # fmt: skip
