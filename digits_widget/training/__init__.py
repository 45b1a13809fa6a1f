"""Trains the bundled models and exports SavedModels; only this room uses Keras."""
