"""The segment language: text to tree and back. Nothing here evaluates; docs/language.md gives the meaning."""
