"""Planning: the wishes for a season, the days that suit, and the dates made of them."""
