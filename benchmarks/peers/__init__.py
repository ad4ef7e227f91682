"""Other engines with the same rows, each in the best layout that we know of, and with warm caches. One file an engine."""
