"""Snapshots of the index: written beside the running server, mapped at start, so that a restart reads only the log's end."""
