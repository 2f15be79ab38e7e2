"""Measures: how long pages take beside bare ones of their size, and how long the house takes to start."""
