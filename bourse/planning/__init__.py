"""Planning: the wishes for a season, the days that suit, and who receives the club when."""
