"""The command line over the client: tables for people, one JSON object for programs."""
