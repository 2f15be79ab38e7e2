"""The fictional cluster that shows the house: its story as TOML, told relative to now."""

from bourse.demo.commands import demo

__all__ = ["demo"]
