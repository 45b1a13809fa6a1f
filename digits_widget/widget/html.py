"""The pieces of HTML that several parts of the widget share."""

from __future__ import annotations

import re
import traceback
from base64 import b64encode
from html import escape

from digits_widget.errors import DigitsError, ServerAbsentError
from digits_widget.explanation import explain


def status(words: str) -> str:
    """Return a line that screen readers read out when it changes."""
    return f'<div role="status">{escape(words)}</div>'


def problem(exc: Exception) -> str:
    """Return an error's message in one line, above its folded explanation."""
    details = "".join(traceback.format_exception(exc))
    return (
        f'<div role="alert" class="digits-problem"><span>⚠ {escape(_said(exc))}'
        f"</span><details><summary>Details</summary>{_explained(exc)}"
        f"<pre>{escape(details)}</pre></details></div>"
    )


def picture(png: bytes, words: str = "", *, attributes: str = "") -> str:
    """Return a picture.

    Parameters
    ----------
    png : bytes
        The picture, which the page itself will hold.
    words : str
        A description, which screen readers read out.
    attributes : str
        More attributes of the element, as HTML.
    """
    data = b64encode(png).decode()
    # The browser decodes it synchronously; otherwise each new picture flickers.
    return (
        f'<img decoding="sync" alt="{escape(words)}" {attributes} '
        f'src="data:image/png;base64,{data}">'
    )


def download(name: str, content: bytes, *, mime: str, words: str) -> str:
    """Return a link that saves a file.

    Parameters
    ----------
    name : str
        The file name that the browser proposes.
    content : bytes
        The file, which the link itself will hold: it needs no server and no network.
    mime : str
        MIME type of the content.
    words : str
        The link's words.
    """
    data = b64encode(content).decode()
    return (
        f'<a class="digits-download" download="{escape(name)}" '
        f'href="data:{mime};base64,{data}">{escape(words)}</a>'
    )


def file_size(content: bytes) -> str:
    """Return the size of a file as it stands beside its link, such as ``4.1 kB``."""
    return f"{max(len(content) / 1000, 0.1):.1f} kB"


def text_box(words: str, *, style: str = "") -> str:
    """Return a scrollable text, whose lines stay unbroken, with a button to copy it.

    Parameters
    ----------
    words : str
        The text.
    style : str
        A class of the style sheet for the box.
    """
    # Without the attribute, JupyterLab takes keys pressed here for its shortcuts.
    return (
        '<div class="digits-text-box"><button type="button" class="jupyter-button '
        'digits-copy" title="Copy this text">Copy</button>'
        '<div class="digits-scroll" tabindex="0" data-lm-suppress-shortcuts="true">'
        f'<pre class="{style}">{escape(words)}</pre></div></div>'
    )


def is_loopback(target: str) -> bool:
    """Return whether a server's address is on this machine."""
    return target.rpartition(":")[0] in {"127.0.0.1", "localhost", "[::1]"}


def _said(exc: Exception) -> str:
    if isinstance(exc, ServerAbsentError) and exc.target:
        if is_loopback(exc.target):
            return f"The model server at {exc.target} is not running."
        return (
            f"The model server at {exc.target} cannot be reached. Start it, or mend "
            "the address."
        )
    return str(exc) if isinstance(exc, DigitsError) else f"{type(exc).__name__}: {exc}"


def _explained(exc: Exception) -> str:
    """Return the name of the error and its explanation, if it is one of ours."""
    if not isinstance(exc, DigitsError):
        return ""
    explanation = explain(exc)
    first, *rest = (
        re.sub("`([^`]+)`", r"<code>\1</code>", escape(paragraph))
        for paragraph in explanation.paragraphs
    )
    told = "".join(f"<p>{paragraph}</p>" for paragraph in rest)
    return f"<p><b>{explanation.name}</b>: {first}</p>{told}"
