"""Tests of reading uploaded files into checked rows."""
