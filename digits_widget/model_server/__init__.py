"""The embedded model server: all that runs TensorFlow to serve."""
