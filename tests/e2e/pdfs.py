"""Small PDFs, written by hand: good ones and others."""

import io
import zlib
from collections.abc import Iterable

from pypdf import PdfReader, PdfWriter


def pdf(*pages: str) -> bytes:
    """Write a PDF with a line of text on each page; an empty line is a page without a text."""
    return _written([f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode() for line in pages])


def bomb() -> bytes:
    """Write a PDF of some kilobytes that unpacks to a hundred megabytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(100)) + packer.flush()
    return _written([packed], filtered=b"/Filter /FlateDecode ")


def locked() -> bytes:
    """Write a PDF that asks for a password."""
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf("The secret part of the notice on AI."))).pages:
        writer.add_page(page)
    writer.encrypt("a password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def sealed() -> bytes:
    """Write a PDF that says it is encrypted in the newest way, which pypdf alone cannot undo."""
    lock = (
        b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /StmF /StdCF /StrF /StdCF "
        b"/CF << /StdCF << /CFM /AESV3 /AuthEvent /DocOpen /Length 32 >> >> "
        b"/O <%b> /U <%b> /OE <%b> /UE <%b> /Perms <%b> >>"
        % (b"00" * 48, b"00" * 48, b"00" * 32, b"00" * 32, b"00" * 16)
    )
    trailer = b"/Encrypt %b /ID [<00> <00>]" % lock
    return _written([b"BT /F1 12 Tf (Nothing to see) Tj ET"], trailer=trailer)


def _written(contents: Iterable[bytes], filtered: bytes = b"", trailer: bytes = b"") -> bytes:
    contents = list(contents)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, content in enumerate(contents):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * n),
            b"<< %b/Length %d >>\nstream\n%b\nendstream" % (filtered, len(content), content),
        ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
    root = b"<< /Size %d /Root 1 0 R %b >>" % (len(objects) + 1, trailer)
    out += b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (root, start)
    return bytes(out)
