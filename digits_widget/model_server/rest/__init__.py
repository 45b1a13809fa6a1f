"""The REST server: HTTP/1.1 with JSON, for the same calls as gRPC."""
