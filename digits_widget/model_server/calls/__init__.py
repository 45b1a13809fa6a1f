"""The methods of the gRPC services, one per file: request message in, response out."""
