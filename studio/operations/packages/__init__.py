"""Mentoring packages: planned, edited, kept in versions."""
