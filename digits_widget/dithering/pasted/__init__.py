"""Every method as a few lines of NumPy that do the same to a variable named `image`.

They are what a reader pastes into a notebook: plain loops over pixels, slow and short,
in which nothing is hidden. Each gives the same bits as the method itself.
"""

from __future__ import annotations
