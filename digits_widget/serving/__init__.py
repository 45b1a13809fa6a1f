"""The client of TensorFlow Serving: all that knows gRPC, and never TensorFlow."""
