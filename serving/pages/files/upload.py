"""A file that a form brings along, out of the body the browser sends."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP


def uploaded_file(body: bytes, content_type: str, field: str) -> tuple[str, bytes] | None:
    """The name and the bytes of the file in one field of a form (``multipart/form-data``); None where there is none.

    >>> body = b'--x\\r\\nContent-Disposition: form-data; name="list"; filename="a.csv"\\r\\n\\r\\none;two\\r\\n--x--\\r\\n'
    >>> uploaded_file(body, "multipart/form-data; boundary=x", "list")
    ('a.csv', b'one;two')
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    for part in message.iter_parts() if message.is_multipart() else ():
        said = part.get_params(header="content-disposition", unquote=True) or []
        names = dict(said)
        if names.get("name") == field and "filename" in names:
            content = part.get_payload(decode=True)
            return str(names["filename"]), content if isinstance(content, bytes) else b""
    return None
