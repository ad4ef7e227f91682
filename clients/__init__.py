"""What users hold in their hands: the client library and the command line over it. Imports the stubs only."""
