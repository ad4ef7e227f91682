"""The asynchronous client, and the source of the synchronous one: `clients/generate_sync.py` writes `_sync` from here.

Only `primitives.py` is written twice, for what asyncio and threads do differently.
"""
