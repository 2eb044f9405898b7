"""Runs the scripts of tests/scripts under torch and under tinygrad_ext and compares what they print."""
