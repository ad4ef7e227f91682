"""What Tagledger means, with no I/O, no clock and no library: the words, the events, the language, the limits."""
