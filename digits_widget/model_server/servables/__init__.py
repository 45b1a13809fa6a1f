"""One loaded version: a SavedModel in a session, and how a request runs it."""
