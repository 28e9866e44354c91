"""`format` of JSON Schema: texts that every reader of the format takes; rare forms of a format are left out."""

from __future__ import annotations

__all__ = ["FORMATS"]

DATE = r"(?:[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31))"
DATE = DATE.replace("[0-9]{4}", "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])")  # no year 0
FOURTHS = "(?:0[48]|[2468][048]|[13579][26])"
DATE = rf"(?:{DATE}|(?:[0-9]{{2}}{FOURTHS}|{FOURTHS}00)-02-29)"
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = rf"{LABEL}(?:\.{LABEL}){{0,3}}"
NAME = r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
PATH = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*"
URI = rf"[a-z][a-z0-9+.-]*://[A-Za-z0-9.-]+(?::[0-9]{{1,4}})?(?:/{PATH})?(?:\?{PATH})?(?:#{PATH})?"

# Of the name the pattern that a text is, from end to end.
FORMATS = {
    "date": DATE,
    "time": TIME,
    "date-time": f"{DATE}T{TIME}",
    "email": rf"{NAME}@[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)+",
    "hostname": r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)*",
    "ipv4": rf"{BYTE}(?:\.{BYTE}){{3}}",
    "ipv6": r"[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}",
    "uuid": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "uri": URI,
    "uri-reference": URI,
    "iri": URI,
    "iri-reference": URI,
    "idn-email": rf"{NAME}@[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)+",
    "idn-hostname": r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)*",
    "json-pointer": r"(?:/(?:[A-Za-z0-9._-]|~[01])*)*",
    "relative-json-pointer": r"(?:0|[1-9][0-9]?)(?:/(?:[A-Za-z0-9._-]|~[01])*)*",
    "regex": r"[A-Za-z0-9_]*",
    "duration": r"P(?:[0-9]+W|(?:[0-9]+D)(?:T[0-9]+H)?|T[0-9]+[HMS])",
}
