"""`TwoGreys` as lines of NumPy to paste."""

from __future__ import annotations

_CHAR = "char = lambda v: (v + 128 - (v + 128 >> 8)) >> 8  # 16 bits to 8"

# The tree holds, for every d leading bits k of a grey, the number, the sum and the
# error of its pixels; ranges of the least error are merged until two greys are left.
_OCTREE = (
    "v, n = np.unique(deep, return_counts=True)",
    "tree, greys = {}, {}",
    "for d, k in sorted({(d, k) for d in range(9) for k in char(v) >> 8 - d}):",
    "    mine, off = char(v) >> 8 - d == k, v - (k + 0.5) * 65536 / 2**d + 0.5",
    "    error = np.sum((n * np.sqrt(3 * (off / 65535) ** 2))[mine])",
    "    tree[d, k] = [*(np.array([n, n * v])[:, mine].sum(1) * (d == 8)), error]",
    "tree[0, 0][2] = sum(tree[node][2] for node in tree if node != (0, 0))",
    "order = sorted(tree, key=lambda t: (t[1] + 1 << 8 - t[0], -t[0]))",
    "left = sum(tree[t][0] > 0 for t in tree)",
    "limit = sorted(t[2] for t in tree.values())[-3] if left > 2 else 0",
    "while left > 2:",
    "    now, limit, left = limit, tree[0, 0][2] - 1, 0",
    "    for d, k in [t for t in order if t in tree]:",
    "        if tree[d, k][2] > now:",
    "            left += tree[d, k][0] > 0",
    "            limit = min(limit, tree[d, k][2])",
    "            continue",
    "        for e, j in [t for t in tree if t[0] >= d and t[1] >> t[0] - d == k]:",
    "            count, total, _ = tree.pop((e, j))",
    "            tree[d - 1, k >> 1][0] += count",
    "            tree[d - 1, k >> 1][1] += total",
    "for t in [t for t in order if t in tree and tree[t][0]]:",
    "    greys[t] = min(int(tree[t][1] / tree[t][0] + 0.5), 65535)",
    "def nearest(v):",
    "    d = 0",
    "    while d < 7 and (d + 1, char(v) >> 7 - d) in tree:",
    "        d += 1",
    "    d = max(d - 1, 0)",
    (
        "    near = [greys[e, j] for e, j in greys if e >= d and "
        "j >> e - d == char(v) >> 8 - d]"
    ),
    "    return min(near[::-1], key=lambda grey: abs(grey - v))",
)

_BLACK_AND_WHITE = ("nearest = lambda v: 65535 * (v > 32767)",)

_DIFFUSION = (
    "known, above = {}, [0] * (deep.shape[1] + 2)",
    "for y in range(len(deep)):",
    "    errors, s = [0] * len(above), -1 if y % 2 else 1",
    "    for x in range(1, len(above) - 1)[::s]:",
    (
        "        error = 7 * errors[x - s] + above[x + s] + 5 * above[x] + "
        "3 * above[x - s]"
    ),
    "        v = min(max(int(deep[y, x - 1]) + (error + 8 >> 4), 0), 65535)",
    "        grey = known[char(v) >> 2] = known.get(char(v) >> 2, nearest(v))",
    "        deep[y, x - 1], errors[x] = grey, v - grey",
    "    above = errors",
    "image = (1 - deep / 65535).astype(np.float32)",
)


def two_greys_code(palette: str) -> tuple[str, ...]:
    """Return lines that do to `image` what `TwoGreys` does."""
    return (
        _CHAR,
        "deep = 65535 - np.rint(image * np.float64(65535)).astype(np.int64)",
        *(_OCTREE if palette == "octree" else _BLACK_AND_WHITE),
        *_DIFFUSION,
    )
