"""The embedded model server.

It runs in a separate process and offers TensorFlow Serving's gRPC and REST interfaces
for real SavedModels. A request passes through these modules::

    caller → grpc_server, rest → calls  → lifecycle.library → servables → engines
             one event loop      one per  which version        its         LiteRT or
             for both            method   answers              signatures  TensorFlow

`lifecycle` watches the disk and adds versions to the library or removes them.
`embedded` starts and stops the process from Python; it imports neither these modules
nor TensorFlow.
"""
