"""The engines that run a model, LiteRT and TensorFlow, behind one interface (`engine`).

`choice` decides which engine runs a version and gives the reason. The server imports
TensorFlow only when a version needs it.
"""
