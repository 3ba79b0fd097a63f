"""Fitted models as files: arrays and a card."""
