"""Hear: what people report and what agencies record, read into the record's columns with a verdict."""
