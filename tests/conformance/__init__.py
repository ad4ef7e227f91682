"""One suite per port, run on every adapter, and what the service promises whichever store it stands on."""
