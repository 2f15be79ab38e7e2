"""The board: cards written in silence, revealed together, some of them kept."""
