"""Stored data on its way out: from a selection to rows, and parts that are refused."""
