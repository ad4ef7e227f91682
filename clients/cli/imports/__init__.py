"""Files into the ledger: read by pyarrow in columns, converted in columns, sent in batches that count once."""
