"""The synchronous client. All files but `primitives.py` are generated from `_async` by `clients/generate_sync.py`."""
