"""A club that meets, frames problems, gathers ideas and keeps its promises."""
