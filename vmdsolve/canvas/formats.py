"""`format` of JSON Schema: texts that every reader of the format takes; rare forms of a format are left out."""

from __future__ import annotations

__all__ = ["FORMATS", "LONGEST"]

DATE = r"(?:[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31))"
DATE = DATE.replace("[0-9]{4}", "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])")  # no year 0
FOURTHS = "(?:0[48]|[2468][048]|[13579][26])"
DATE = rf"(?:{DATE}|(?:[0-9]{{2}}{FOURTHS}|{FOURTHS}00)-02-29)"
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
NAME = r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
HOST = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)*"
EMAIL = rf"{NAME}@[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)+"

QUAD = "[0-9A-Fa-f]{1,4}"
SHORTENED = "|".join(  # :: for one group or more, at which of seven places
    rf"{QUAD}(?::{QUAD}){{{n - 1}}}::(?:{QUAD}(?::{QUAD}){{0,{6 - n}}})?" for n in range(1, 7)
)
IPV6 = rf"{QUAD}(?::{QUAD}){{7}}|::(?:{QUAD}(?::{QUAD}){{0,6}})?|{SHORTENED}|{QUAD}(?::{QUAD}){{6}}::"

LETTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"  # of a part of a path
FIRST = r"(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2})"  # of a path that might else begin with a scheme
PATH, AFTER = rf"(?:{LETTER}|/)*", rf"(?:\?(?:{LETTER}|[/?])*)?(?:#(?:{LETTER}|[/?])*)?"
PORT = "(?::(?:[0-9]{1,4}|[1-5][0-9]{4}))?"
SERVER = rf"//(?:[A-Za-z0-9._~!$&'*+,;=:-]*@)?[A-Za-z0-9.-]+{PORT}(?:/{PATH})?"
URI = rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{SERVER}|(?://)?/{LETTER}{PATH}|{LETTER}{PATH}){AFTER}"
REFERENCE = rf"(?:{URI}|(?:{SERVER}|/(?:{LETTER}{PATH})?|{FIRST}+(?:/{PATH})?)?{AFTER})"

TIMES = "T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)"
DAYS = "(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)"

PIECE = r"(?:[A-Za-z0-9_ /:,@.]|\\[dDwWsS.]|\[\^?(?:a-z|A-Z|0-9|_)+\])(?:[*+?]|\{[1-9]\})?"  # what all notations share
PIECES = rf"(?:{PIECE}|\((?:{PIECE})+(?:\|(?:{PIECE})+)*\)[*+?]?)*"

LONGEST = {"hostname": 63, "idn-hostname": 63}  # characters; no part of a name may have more

# Of the name the pattern that a text is, from end to end.
FORMATS = {
    "date": DATE,
    "time": TIME,
    "date-time": f"{DATE}T{TIME}",
    "email": EMAIL,
    "hostname": HOST,
    "ipv4": rf"{BYTE}(?:\.{BYTE}){{3}}",
    "ipv6": IPV6,
    "uuid": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "uri": URI,
    "uri-reference": REFERENCE,
    "uri-template": REFERENCE,  # without a place to fill in
    "iri": URI,
    "iri-reference": REFERENCE,
    "idn-email": EMAIL,
    "idn-hostname": HOST,
    "json-pointer": r"(?:/(?:[A-Za-z0-9._-]|~[01])*)*",
    "relative-json-pointer": r"(?:0|[1-9][0-9]?)(?:/(?:[A-Za-z0-9._-]|~[01])*)*",
    "regex": rf"\^?{PIECES}\$?",
    "duration": rf"P(?:[0-9]+W|{DAYS}(?:{TIMES})?|{TIMES})",
}
