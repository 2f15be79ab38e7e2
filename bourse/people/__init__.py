"""People: who somebody is, how one signs in, and who did what."""
