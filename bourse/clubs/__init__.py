"""Clubs: the cluster, its clubs, the companies and who belongs where."""
