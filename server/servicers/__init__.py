"""gRPC methods, four steps each: convert in, call one use case, convert out, return.

Errors become statuses in one interceptor (server/interceptors.py).
"""
