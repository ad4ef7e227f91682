"""One leaf of the language, one operator, one small file. docs/language.md gives the meaning."""
