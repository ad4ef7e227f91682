"""Tests of the client library and the command line, over real sockets."""
