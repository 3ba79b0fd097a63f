"""Rows to the engine's arrays: the only translator. The engine never sees an id or a name."""
