"""Between protobuf and our own types, in one place. Conversions in are total: whatever comes, a draft or a CallerError."""
