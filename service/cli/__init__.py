"""The command line: `yanzhen`."""

from service.cli.app import main

__all__ = ["main"]
