"""Which files may be attached."""

import time
import tracemalloc
from io import BytesIO

import pytest
from PIL import Image

from bourse.problems.inspect import MOST_BYTES, MOST_FILES, Kind, Refused, inspect, make_room, tidy_name
from tests.problems import hostile

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Plan.PDF", hostile.PDF, Kind.pdf),
        ("photo.jpeg", hostile.picture("JPEG"), Kind.jpg),
        ("courbe.png", hostile.picture("PNG"), Kind.png),
        ("note.docx", hostile.document(), Kind.docx),
        ("coûts.xlsx", hostile.workbook(), Kind.xlsx),
    ],
)
def test_what_managers_send_is_taken_as_it_is(name, content, kind):
    file = inspect(name, content)
    assert (file.name, file.kind, file.content) == (name, kind, content)


# What each is made of stands in hostile.py; made here, so that collecting the tests stays quick.
REFUSED = [
    ("vide.pdf", lambda: b"", "empty"),
    ("lourd.pdf", lambda: hostile.PDF + bytes(MOST_BYTES), "too_large"),
    ("dessin.svg", lambda: SVG, "other_format"),
    ("page.html", lambda: b"<script>", "other_format"),
    ("sans-fin", lambda: hostile.PDF, "other_format"),
    ("facture.pdf.exe", lambda: hostile.PDF, "other_format"),
    ("facture\u202efdp.exe", lambda: hostile.PDF, "other_format"),
    ("plan.pdf\0.html", lambda: hostile.PDF, "other_format"),
    ("dessin.png", lambda: SVG, "disguised"),
    ("photo.jpg", lambda: hostile.picture("PNG"), "disguised"),
    ("plan.pdf", lambda: b"<script>%PDF-1.7", "disguised"),
    ("plan.pdf", lambda: hostile.PDF + hostile.document(), "disguised"),
    ("note.docx", lambda: hostile.PDF + hostile.document(), "disguised"),
    ("note.docx", lambda: hostile.document() + hostile.PDF, "damaged"),
    ("note.docx", hostile.workbook, "disguised"),
    ("note.docx", lambda: hostile.OLE2 + bytes(512), "disguised"),
    ("note.docx", lambda: hostile.LOCKED, "locked"),
    ("note.docx", lambda: hostile.marked_as_locked(hostile.document()), "locked"),
    ("note.doc", lambda: hostile.OLE2, "old_office"),
    ("note.docm", hostile.document, "macros"),
    ("note.docx", lambda: hostile.document(main=hostile.WITH_MACROS), "macros"),
    ("note.docx", lambda: hostile.document([("word/vbaProject.bin", b"x")]), "macros"),
    ("note.docx", lambda: hostile.document(contents="<!-- {} --><Types/>"), "disguised"),
    ("note.docx", lambda: hostile.document([("../../etc/cron.d/x", b"x")]), "damaged"),
    ("note.docx", lambda: hostile.document([("..\\x", b"x")]), "damaged"),
    ("note.docx", lambda: hostile.document()[:-30], "damaged"),
    ("note.docx", lambda: b"PK\x03\x04" + bytes(200), "damaged"),
    ("bombe.docx", lambda: hostile.document([("word/a.xml", bytes(50 * MEGABYTE))]), "swollen"),
    ("bombe.docx", lambda: hostile.understated(hostile.document([("word/a.xml", bytes(50 * MEGABYTE))])), "damaged"),
    ("foule.docx", lambda: hostile.document([(f"word/{n}.xml", b"") for n in range(2000)]), "swollen"),
    ("foule.docx", lambda: b"PK\x03\x04" + b"PK\x01\x02" * (5 * MEGABYTE - 7) + b"PK\x05\x06" + bytes(18), "swollen"),
    ("jumeaux.docx", lambda: hostile.overlapping(500), "damaged"),
    ("géant.png", lambda: hostile.flat(10_000, 10_000), "too_many_pixels"),
    ("géant.png", lambda: hostile.flat(14_000, 14_000), "too_many_pixels"),
    ("grand.png", lambda: hostile.flat(8_000, 5_001), "too_many_pixels"),
    ("coupé.png", lambda: hostile.picture("PNG")[:-20], "damaged"),
    ("abîmé.png", lambda: hostile.picture("PNG").replace(b"IDAT", b"IDAX"), "damaged"),
    ("coupé.jpg", lambda: hostile.picture("JPEG")[:-20], "damaged"),
    ("notes.png", lambda: hostile.padded_png(1_500_000), "damaged"),
    ("notes.jpg", lambda: hostile.padded_jpeg(5_000_000), "damaged"),
]


@pytest.mark.parametrize(("name", "make", "reason"), REFUSED)
def test_what_could_harm_is_refused_at_once_and_with_a_reason(name, make, reason):
    content = make()
    start = time.perf_counter()
    with pytest.raises(Refused) as refused:
        inspect(name, content)
    assert refused.value.reason == reason
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("bombe.docx", lambda: hostile.document([("word/a.xml", bytes(150 * MEGABYTE))])),
        ("géant.png", lambda: hostile.flat(10_000, 10_000)),
        ("notes.jpg", lambda: hostile.padded_jpeg(5_000_000)),
    ],
)
def test_a_bomb_stays_packed(name, make):
    content = make()
    tracemalloc.start()
    with pytest.raises(Refused):
        inspect(name, content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * MEGABYTE


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("..\\..\\plan.pdf", "plan.pdf"),
        ("/etc/../plan.pdf", "plan.pdf"),
        ("C:\\Users\\hugo\\plan.pdf", "plan.pdf"),
        ("plan\r\nSet-Cookie: a.pdf", "planSet-Cookie: a.pdf"),
        ("pl\0an\u202e\u200b.pdf", "plan.pdf"),
        ("  .plan   d'atelier.pdf. ", "plan d'atelier.pdf"),
        ("e\u0301tude.pdf", "étude.pdf"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
        ("\0", "-"),
    ],
)
def test_a_name_is_tidied(typed, name):
    assert tidy_name(typed) == name


@pytest.mark.parametrize("options", [{}, {"progressive": True, "quality": 95}])
def test_a_photograph_keeps_its_pixels_and_which_way_up_and_loses_its_notes(options):
    content = hostile.photograph(**options)
    file = inspect("photo.jpg", content + b"canari apres la fin")
    assert b"anari" not in file.content
    with Image.open(BytesIO(file.content)) as kept, Image.open(BytesIO(content)) as taken:
        assert dict(kept.getexif()) == {0x0112: 6}
        assert kept.tobytes() == taken.tobytes()


def test_a_photograph_loses_the_small_picture_of_what_was_cut_off():
    content = hostile.with_thumbnail(hostile.picture("JPEG"), b"canari-cache")
    kept = inspect("photo.jpg", content).content
    assert b"canari-cache" in content
    assert b"canari-cache" not in kept
    assert Image.open(BytesIO(kept)).size == Image.open(BytesIO(content)).size


def test_a_drawing_loses_its_notes_and_what_hides_behind_it():
    png = hostile.picture("PNG", mode="RGBA")
    noted = png[:33] + hostile.chunk(b"tEXt", b"Author\0canari") + png[33:] + b"<script>canari</script>"
    assert inspect("courbe.png", noted).content == png


def test_a_meeting_holds_fifty_files_and_half_a_gigabyte():
    make_room(MOST_BYTES, [MOST_BYTES] * 24)
    for others in ([MOST_BYTES] * 25, [1] * MOST_FILES):
        with pytest.raises(Refused):
            make_room(MOST_BYTES, others)
