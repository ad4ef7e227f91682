"""What is computed from the log: identities, the index and its queries, the oracle. Never imports grpc or the event library."""
