"""The log: changesets as stored events of the eventsourcing library's recorders, on SQLite or PostgreSQL."""
