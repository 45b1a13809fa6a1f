"""The REST side: HTTP/1.1, JSON in and out, on the same calls as gRPC."""
