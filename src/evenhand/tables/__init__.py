"""Rows, on the engine: the schema, derived columns, sifting and tallying. Python sees cells."""
