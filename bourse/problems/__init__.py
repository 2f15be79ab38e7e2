"""Problems: what a host puts on the table, written beforehand."""
