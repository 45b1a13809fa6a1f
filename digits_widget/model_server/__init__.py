"""The embedded model server: all that runs TensorFlow to serve.

A separate process that speaks TensorFlow Serving's gRPC and REST interfaces over real
SavedModels, written on the official ``tensorflow-serving-api`` messages. From outside::

    caller → grpc_front, rest  → calls  → lifecycle.library → servables → TensorFlow
             the two fronts      one a    which version        a session
                                 method   answers

`lifecycle` watches the disk and moves versions in and out of the library; `tensors`
reads and writes ``TensorProto``. `embedded` starts and stops the process from Python
and imports none of this, nor TensorFlow.
"""
