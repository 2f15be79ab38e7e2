"""Meetings: the table in the middle, its date, its host and who is invited."""
