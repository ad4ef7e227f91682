"""`python -m server` is the `tagledger` command."""

from server.command import main

if __name__ == "__main__":
    main()
