"""The service: configuration, log, use cases, gRPC. Only bootstrap.py names concrete classes."""
