"""Bytes to text, as browsers do it: what the bytes prove first, then what the server or the document claims."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<" followed by an ASCII character looks without a mark (XML 1.0, appendix F).
_SHAPES = (
    (re.compile(rb"<\0\0\0[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0<\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[^\0]"), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
# Multi-byte encodings read strictly first: their supersets draw a few signs otherwise.
_STRICT_FIRST = frozenset({"shift_jis", "euc_kr", "gb2312", "gbk", "big5"})
# The supersets that the WHATWG Encoding Standard reads under these labels.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_LABELS = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "windows-949": "cp949",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "x-gbk": "gb18030",
    "x-x-big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
}
# Encodings in which plain ASCII bytes can spell markup that nobody sees are never honoured (UTF-7, HZ).
_REFUSED = frozenset({"utf-7", "hz", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})
# Bytes of these prove it by their shape; a claim without that proof is wrong.
_NEVER_CLAIMED = ("utf-16", "utf-32", "cp037", "cp500", "cp1140")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s;"',]+)""", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{1,60})["']""")
_META = re.compile(rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([^\s;"'/>]{1,60})""", re.IGNORECASE)


def _cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as Windows-1252: a document is often half of each."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", "replace") for byte in wrong), error.end


codecs.register_error("cp1252", _cp1252)


def codecs_for(label: str) -> tuple[str, ...]:
    """The Python codecs that read what browsers read under this label, best first; none when unknown or refused."""
    label = label.strip().strip("\"'").lower()
    try:
        name = codecs.lookup(_LABELS.get(label, label)).name
    except (LookupError, ValueError):
        return ()
    if name in _REFUSED or not codecs.lookup(name)._is_text_encoding:
        return ()
    superset = _SUPERSETS.get(name, name)
    return (name, superset) if name in _STRICT_FIRST else (superset,)


def of_content_type(header: str) -> str:
    """The charset parameter of a Content-Type header, "" without one."""
    found = _CHARSET.search(header)
    return found[1] if found else ""


def of_xml(content: bytes) -> str:
    """The encoding that an XML declaration names, "" without one."""
    found = _XML_DECLARATION.match(content[:512])
    return found[1].decode("ascii", "replace") if found else ""


def of_html(content: bytes) -> str:
    """The encoding that a page's `meta` element names; looked for further than the 1,024 bytes of the standard."""
    found = _META.search(content[:16384])
    return found[1].decode("ascii", "replace") if found else ""


def _shape(content: bytes) -> str:
    head = content[:256].lstrip(b"\t\n\r ")
    return next((name for shape, name in _SHAPES if shape.match(head)), "")


def decode(content: bytes, claims: Iterable[str] = (), fallback: str = "") -> str:
    """Text of `content`; `claims` are the labels to believe, best first, where the bytes do not prove better.

    Valid UTF-8 beats every claim but a mark: bytes of another encoding are next to never valid UTF-8 by accident.
    Without any claim that fits, invalid bytes are read one by one as Windows-1252, or `fallback` where given.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "cp1252" if name == "utf-8" else "replace")
    if shape := _shape(content):
        return content.decode(shape, "replace")
    names = [name for label in claims for name in codecs_for(label) if not name.startswith(_NEVER_CLAIMED)]
    # ISO-2022-JP is all ASCII bytes, and so valid UTF-8 that says nothing.
    seven_bit = [name for name in names if name.startswith("iso2022")]
    for name in (*seven_bit, "utf-8", *names, *([fallback] if fallback else [])):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    if b"\0" in content[:1024]:  # no text at all
        return content.decode("latin-1")
    tolerant = [name for name in names if name not in ("utf-8", "cp1252") and _mostly(content, name)]
    return content.decode(tolerant[0], "replace") if tolerant else content.decode("utf-8", "cp1252")


def _mostly(content: bytes, name: str) -> bool:
    """Whether a claimed encoding reads nearly all of the content: a few damaged bytes do not refute it."""
    return content.decode(name, "replace").count("\ufffd") * 200 < len(content)
