"""Homes: what is asked of me now."""
