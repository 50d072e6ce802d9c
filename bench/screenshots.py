"""Pictures of sample mails: `python -m bench.screenshots [DIR]`, by Chromium, 760 and 390 px wide.

A headless window is never narrower than 500 px, so the narrow mail is loaded into a frame.
"""

import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline.render.mail import Frame, render
from tests.samples import SAMPLES

FRAME = Frame(sender="AI policy watch <watch@example.org>", deployment="sample")
WIDE, NARROW = 760, 390
_COLOURS = 48
_PAGE = (
    '<body style="margin:0;overflow:hidden;background:{behind}"><iframe src="{mail}" '
    'style="border:0;width:{width}px;height:{height}px"></iframe></body>'
)


def main() -> None:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/mail")
    browser = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    )
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, issue in SAMPLES.items():
            mail = Path(folder) / f"{name}.html"
            mail.write_text(render(issue, FRAME, "analyst@example.org").html, encoding="utf-8")
            for width in (WIDE, NARROW):
                for dark in (False, True):
                    shot = target / f"{name}-{width}{'-dark' if dark else ''}.png"
                    _shoot(browser, mail, width, dark=dark, shot=shot)
                    print(shot)


def _shoot(browser: str, mail: Path, width: int, *, dark: bool, shot: Path) -> None:
    height = 720 if mail.stem == "quiet" else 1900
    page = mail.with_name(f"{mail.stem}-{width}.html")
    behind = "#0f141b" if dark else "#e9edf2"
    page.write_text(
        _PAGE.format(mail=mail.name, width=width, height=height, behind=behind), encoding="utf-8"
    )
    subprocess.run(
        [
            browser,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--allow-file-access-from-files",
            *(["--blink-settings=preferredColorScheme=0"] if dark else []),
            f"--window-size={max(width, 500)},{height}",
            f"--screenshot={shot}",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    _crop(shot, width)


def _crop(shot: Path, width: int) -> None:
    """Cut what a wide window shows beside a narrow mail, and keep few colours."""
    rows = [row[: 3 * width] for row in _rows(shot.read_bytes())]
    shot.write_bytes(_indexed(rows, width))


def _rows(png: bytes) -> Iterator[bytes]:
    """Decode a PNG of eight bits and three or four channels a pixel, as browsers write them."""
    width, _, _, kind = struct.unpack(">IIBB", png[16:26])
    channels = {2: 3, 6: 4}[kind]
    stream = zlib.decompress(b"".join(body for name, body in _chunks(png) if name == b"IDAT"))
    size = width * channels
    above = bytearray(size)
    for start in range(0, len(stream), size + 1):
        row = bytearray(stream[start + 1 : start + 1 + size])
        _unfilter(stream[start], row, above, channels)
        above = row
        yield bytes(row) if channels == 3 else bytes(b for n, b in enumerate(row) if n % 4 < 3)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += size + 12


def _unfilter(kind: int, row: bytearray, above: bytearray, channels: int) -> None:
    for n in range(len(row)):
        left = row[n - channels] if n >= channels else 0
        corner = above[n - channels] if n >= channels else 0
        guess = (0, left, above[n], (left + above[n]) // 2)[kind] if kind < 4 else None
        row[n] = (row[n] + (_paeth(left, above[n], corner) if guess is None else guess)) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    nearest = left + above - corner
    return min((left, above, corner), key=lambda value: abs(value - nearest))


def _indexed(rows: list[bytes], width: int) -> bytes:
    """Write rows of colours as a PNG with a palette of the most frequent ones."""
    pixels = [[row[n : n + 3] for n in range(0, len(row), 3)] for row in rows]
    palette = [c for c, _ in Counter(p for row in pixels for p in row).most_common(_COLOURS)]
    nearest = {colour: n for n, colour in enumerate(palette)}

    def index(colour: bytes) -> int:
        if colour not in nearest:
            nearest[colour] = min(
                range(len(palette)),
                key=lambda n: sum((a - b) ** 2 for a, b in zip(palette[n], colour, strict=True)),
            )
        return nearest[colour]

    body = b"".join(b"\0" + bytes(map(index, row)) for row in pixels)
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", b"".join(palette)),
        (b"IDAT", zlib.compress(body, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


if __name__ == "__main__":
    main()
