"""From rounds of annotation to the gold."""
