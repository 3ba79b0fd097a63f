"""The mentoring package of a pair."""
