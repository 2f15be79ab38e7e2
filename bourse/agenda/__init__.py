"""The agenda: how the afternoon runs, and who gives the signal."""
