"""A class: a page where learners draw and hand in, and a wall for the projector.

One process serves everyone. A learner's page sends drawings over a WebSocket; the same
pipeline as in the widget prepares them, a model server answers, and the tiles and ten
confidences go back. A learner costs kilobytes, and needs no kernel.
"""

from __future__ import annotations
