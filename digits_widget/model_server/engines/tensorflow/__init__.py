"""The engine that runs any SavedModel. No other module imports TensorFlow."""
