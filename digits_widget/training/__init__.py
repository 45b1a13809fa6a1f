"""Trains the shipped models and exports versioned SavedModels: all that knows Keras."""
