"""Readers, one file a source: each gives a `Reading` with a verdict, its evidence and its coverage."""
