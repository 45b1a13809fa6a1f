"""TensorFlow Serving's protocol, shared by the client and the model server.

`messages` builds the message classes from ``protos/``; `tensors` converts arrays to
``TensorProto`` and back; `signature` and `metadata` describe a model; `saved_model`
reads ``saved_model.pb``; `wire` explains each byte of a message. This package needs
neither gRPC nor TensorFlow.
"""
