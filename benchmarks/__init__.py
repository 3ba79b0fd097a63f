"""Measurements beside peers; never timed tests."""
