"""Files of problems and of answers: a format a file, the journal of a batch job, the rows that it writes."""
