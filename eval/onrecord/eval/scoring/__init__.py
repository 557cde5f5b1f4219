"""A file against the gold: result, intervals, record, comparison."""
