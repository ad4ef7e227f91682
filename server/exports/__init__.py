"""Whole segments as streams of rows or of Arrow record batches."""
