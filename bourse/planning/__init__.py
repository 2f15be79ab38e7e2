"""Planning: who receives the club when, over a whole season."""
