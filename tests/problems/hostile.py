"""Files that mean harm, and some that do not, made as they are asked for."""

import struct
import zlib
from copy import copy
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
PDF = b"%PDF-1.7\n%%EOF\n"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = OLE2 + bytes(512) + "EncryptedPackage".encode("utf-16-le")
MAKER, PLACE = 0x010F, 0x8825  # of a photograph's notes


def document(parts=(), main=WORD, contents="{}"):
    """A Word file with these further parts, as (name, bytes)."""
    said = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", contents.format(said))
        package.writestr("word/document.xml", "<document/>")
        for name, content in parts:
            package.writestr(name, content)
    return file.getvalue()


def workbook():
    file = BytesIO()
    Workbook().save(file)
    return file.getvalue()


def understated(content, size=10):
    """The last part says in the directory that it is shorter than it is."""
    entry = content.rfind(b"PK\x01\x02")
    crc = zlib.crc32(bytes(size))
    packed = content[entry + 20 : entry + 24]
    return content[: entry + 16] + struct.pack("<I", crc) + packed + struct.pack("<I", size) + content[entry + 28 :]


def overlapping(number):
    """So many parts, all of the same bytes: small to send, long to unpack."""
    buffer = BytesIO(document([("word/0.xml", bytes(1000))]))
    with ZipFile(buffer, "a") as package:
        for n in range(1, number):
            twin = copy(package.getinfo("word/0.xml"))
            twin.filename = twin.orig_filename = f"word/{n}.xml"
            package.filelist.append(twin)
        package.writestr("word/last.xml", "")
    return buffer.getvalue()


def with_thumbnail(content, pixels):
    """A photograph with a small picture of four pixels in its JFIF head."""
    head = content[6:18] + bytes([2, 2]) + pixels
    return content[:4] + struct.pack(">H", len(head) + 2) + head + content[20:]


def marked_as_locked(content):
    entry = content.rfind(b"PK\x01\x02")
    return content[: entry + 8] + b"\x01\x00" + content[entry + 10 :]


def picture(kind, size=(64, 48), mode="RGB", **options):
    file = BytesIO()
    Image.effect_noise(size, 80).convert(mode).save(file, kind, **options)
    return file.getvalue()


def photograph(turned=6, **options):
    """As a phone takes it: held sideways, with the place and the maker in its notes."""
    notes = Image.Exif()
    notes[0x0112], notes[MAKER] = turned, "Canari"
    notes[PLACE] = {1: "N", 2: (46.0, 3.0, 36.0)}
    return picture("JPEG", exif=notes, comment=b"canari", **options)


def flat(width, height, kind="PNG"):
    file = BytesIO()
    Image.new("1", (width, height)).save(file, kind)
    return file.getvalue()


def chunk(name, content=b""):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def padded_png(number):
    """With so many empty notes before its pixels."""
    png = picture("PNG", (9, 9))
    return png[:33] + chunk(b"tEXt") * number + png[33:]


def padded_jpeg(number):
    jpeg = picture("JPEG", (9, 9))
    return jpeg[:2] + b"\xff\xfe\x00\x02" * number + jpeg[2:]
