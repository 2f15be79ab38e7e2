"""Outcomes: what the host keeps, and the promises that are made and kept."""
