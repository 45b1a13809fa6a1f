"""The methods of the gRPC services, one a file: request message in, response out."""
