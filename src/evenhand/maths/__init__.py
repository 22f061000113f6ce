"""Arithmetic: arrays in, numbers out. No tables, no engine; every function cites its paper."""
