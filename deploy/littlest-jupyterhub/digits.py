"""Tells every learner's kernel where the model server is.

Copy this file to /opt/tljh/config/jupyterhub_config.d/, then run
``sudo tljh-config reload hub``.
"""

c = get_config()  # noqa: F821
# Without this, the first learner to start a server on port 8500 would serve all others.
c.Spawner.environment.update({"DIGITS_SERVER": "127.0.0.1:8500"})
