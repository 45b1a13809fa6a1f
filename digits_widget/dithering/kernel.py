"""`Kernel`: where the error of one pixel goes; and the sixteen published kernels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Kernel:
    """The shares of one pixel's error, in the direction of the scan.

    Raises
    ------
    ValueError
        A tap points at a pixel that is printed already.
    """

    taps: tuple[tuple[int, int, int], ...]
    """(dx, dy, weight) each, for the pixel dx ahead in the scan and dy rows below."""

    divisor: int
    """Number of parts of an error; a tap takes `weight` of them."""

    def __post_init__(self) -> None:
        for dx, dy, _ in self.taps:
            if dy < 0 or (dy == 0 and dx < 1):
                msg = f"Got the tap ({dx}, {dy}), expected one that is still to print."
                raise ValueError(msg)

    @property
    def total(self) -> int:
        """Sum of the weights; it equals the divisor if the kernel drops no error."""
        return sum(weight for _, _, weight in self.taps)

    @property
    def keeps_error(self) -> bool:
        """Whether it passes all of the error on, inside the picture."""
        return self.total == self.divisor

    @property
    def reach(self) -> int:
        """The most columns that a share travels to either side."""
        return max((abs(dx) for dx, _, _ in self.taps), default=0)

    @property
    def depth(self) -> int:
        """The most rows that a share travels down."""
        return max((dy for _, dy, _ in self.taps), default=0)

    @cached_property
    def ahead(self) -> tuple[tuple[int, int], ...]:
        """(dx, weight) of the taps in the row being printed, farthest first."""
        taps = ((dx, weight) for dx, dy, weight in self.taps if dy == 0)
        return tuple(sorted(taps, reverse=True))

    @cached_property
    def below(self) -> tuple[tuple[int, int, int], ...]:
        """(dx, dy, weight) of the other taps, in the order in which a cell is paid.

        A cell receives its shares in the order in which their pixels print; the pixel
        with the largest dx is the first of its row to pay.
        """
        taps = (tap for tap in self.taps if tap[1] > 0)
        return tuple(sorted(taps, key=lambda tap: (tap[1], -tap[0])))

    def turned_down(self) -> Kernel:
        """Return the kernel for a picture of one column that is laid down as a row."""
        taps = tuple((dy, 0, weight) for dx, dy, weight in self.taps if dy and not dx)
        return Kernel(taps, self.divisor)

    def rows(self) -> list[list[int | None]]:
        """Return the weights as a table: 0 at the pixel, None where no error goes."""
        table: list[list[int | None]] = [
            [None] * (2 * self.reach + 1) for _ in range(self.depth + 1)
        ]
        table[0][self.reach] = 0
        for dx, dy, weight in self.taps:
            table[dy][dx + self.reach] = weight
        return table


def _kernel(divisor: int, *rows: str) -> Kernel:
    """Read a kernel as printed in books: ``*`` is the pixel, ``.`` has no weight."""
    cells = [row.split() for row in rows]
    centre = cells[0].index("*")
    return Kernel(
        tuple(
            (x - centre, y, int(cell))
            for y, row in enumerate(cells)
            for x, cell in enumerate(row)
            if cell not in "*."
        ),
        divisor,
    )


SIMPLE_1D = _kernel(1, "* 1")
SIMPLE_2D = _kernel(2, "* 1", "1 .")
FLOYD_STEINBERG = _kernel(16, ". * 7", "3 5 1")
FALSE_FLOYD_STEINBERG = _kernel(8, "* 3", "3 2")
JARVIS_JUDICE_NINKE = _kernel(48, ". . * 7 5", "3 5 7 5 3", "1 3 5 3 1")
STUCKI = _kernel(42, ". . * 8 4", "2 4 8 4 2", "1 2 4 2 1")
BURKES = _kernel(32, ". . * 8 4", "2 4 8 4 2")
SIERRA_3 = _kernel(32, ". . * 5 3", "2 4 5 4 2", ". 2 3 2 .")
SIERRA_2 = _kernel(16, ". . * 4 3", "1 2 3 2 1")
SIERRA_LITE = _kernel(4, ". * 2", "1 1 .")
ATKINSON = _kernel(8, ". * 1 1", "1 1 1 .", ". 1 . .")
STEVENSON_ARCE = _kernel(
    200,
    ".  . .  * .  32 . ",
    "12 . 26 . 30 .  16",
    ".  12 . 26 . 12 . ",
    "5  . 12 . 12 .  5 ",
)
FAN = _kernel(16, ". . * 7", "1 3 5 .")
SHIAU_FAN_1 = _kernel(8, ". . * 4", "1 1 2 .")
SHIAU_FAN_2 = _kernel(16, ". . . * 8", "1 1 2 4 .")
STEVEN_PIGEON = _kernel(14, ". . * 2 1", ". 2 2 2 .", "1 . 1 . 1")
