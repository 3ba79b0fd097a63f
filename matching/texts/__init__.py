"""Texts as people write them: one spelling, words, copies, vectors."""
