"""Draw a digit, see every step to the model, and what TensorFlow Serving answers."""
