"""What the service can do, free of gRPC: drafts are decided, committed and applied; questions are bound to clocks and run."""
