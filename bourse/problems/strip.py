"""A picture without what the camera wrote of the day, the place and the phone; its pixels stay as they are."""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from PIL import Image

MOST_PIXELS = 40_000_000
MOST_PARTS = 100_000
ORIENTATION = 0x0112  # which way up the camera was held: the one thing of its notes that readers need
TURNED = range(2, 9)
PNG_START, JPEG_START, JPEG_END = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xd9"
# What says how to draw, and nothing else.
PNG_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
JPEG_HEADS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
JPEG_NOTES = range(0xE0, 0xFF)  # segments for applications, and comments
EXIF = b"Exif\0\0"
FILLER, SCAN, END = 0xFF, 0xDA, 0xD9
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # where the pixels of a scan end


class Unusable(Exception):
    """No picture, or none that can be shown; `reason` says why, as a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def strip_png(content: bytes) -> bytes:
    """The drawing alone; what is hidden after its end goes too. Raises Unusable."""
    drawing = PNG_START + b"".join(chunk for name, chunk in _whole(_chunks(content)) if name in PNG_CHUNKS)
    _look(drawing, "PNG")
    return drawing


def strip_jpeg(content: bytes) -> bytes:
    """The same of a photograph, which stays the way up that the camera noted."""
    segments = _whole(_segments(content))
    drawing = b"".join(_without_thumbnail(segment) for marker, segment in segments if _draws(marker, segment))
    _look(JPEG_START + drawing + JPEG_END, "JPEG")
    exif = next((segment[4:] for _marker, segment in segments if segment.startswith(EXIF, 4)), b"")
    return JPEG_START + _noting(_turned(exif)) + drawing + JPEG_END


def _without_thumbnail(segment: bytes) -> bytes:
    """A JFIF head without the small picture that it may carry: it shows what was cut off (ITU-T T.871, 10.1)."""
    is_head = segment.startswith(b"JFIF\0", 4) and len(segment) >= 16
    return segment[:2] + b"\0\x10" + segment[4:16] + b"\0\0" if is_head else segment


def _whole(parts: Iterator[Any]) -> list[Any]:
    """All the parts, unless one is cut off or there are more than any picture needs. Raises Unusable."""
    try:
        found = list(islice(parts, MOST_PARTS + 1))
    except (IndexError, struct.error) as error:
        raise Unusable("damaged") from error
    if len(found) > MOST_PARTS:
        raise Unusable("damaged")
    return found


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk of a PNG under its name, up to the last."""
    at, name = len(PNG_START), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if struct.unpack_from(">I", content, end - 4)[0] != zlib.crc32(content[at + 4 : end - 4]):
            raise Unusable("damaged")
        yield name, content[at:end]
        at = end


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment of a JPEG under its marker, the pixels with their scan."""
    at = len(JPEG_START)
    while (marker := content[at + 1]) != END:
        if content[at] != FILLER:
            raise Unusable("damaged")
        if marker == FILLER:
            at += 1
            continue
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if marker == SCAN:
            found = MARKER.search(content, end)
            end = found.start() if found else len(content)
        yield marker, content[at:end]
        at = end


def _draws(marker: int, segment: bytes) -> bool:
    """Whether the segment is needed to draw: pixels, tables, how the colours are meant."""
    if marker not in JPEG_NOTES:
        return True
    return marker in JPEG_HEADS and segment.startswith(JPEG_HEADS[marker], 4)


def _look(drawing: bytes, kind: str) -> None:
    """Whether it is a picture of a size that can be shown: reads the heading and no pixel. Raises Unusable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(drawing), formats=[kind]) as image:
                width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unusable("too_many_pixels") from error
    except Exception as error:  # what a damaged heading raises is about anything
        raise Unusable("damaged") from error
    if width * height > MOST_PIXELS:
        raise Unusable("too_many_pixels")


def _turned(exif: bytes) -> int:
    """The way up that the camera noted; 1 is upright, and so is what cannot be read."""
    notes = Image.Exif()
    try:
        notes.load(exif)
        turned: Any = notes.get(ORIENTATION)
    except Exception:  # the same
        return 1
    return turned if turned in TURNED else 1


def _noting(turned: int) -> bytes:
    """A segment that says which way up, and nothing more; upright needs none."""
    if turned == 1:
        return b""
    notes = Image.Exif()
    notes[ORIENTATION] = turned
    data = notes.tobytes()
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
