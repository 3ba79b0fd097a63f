"""Surveys: taking in export files and single answers."""
