"""The client of TensorFlow Serving: all that knows gRPC and protobuf, without TensorFlow."""
