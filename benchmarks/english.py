"""Zebra puzzles in English whose sentences are put into our clues word for word (BIG-Bench Extra Hard's 48)."""

from __future__ import annotations

import re

__all__ = ["Ambiguous", "in_our_clues"]

SENTENCES = [  # each <> names an item
    (r"<> is at one of the ends", "{} at 1 {n}"),
    (r"<> is somewhere in between <> and <> in that order", "{} between {} {}"),
    (r"<> is somewhere to the left of <>", "{} before {}"),
    (r"<> is immediately to the left of <>", "{} left-of {}"),
    (r"<> is next to <>", "{} next-to {}"),
    (r"<> is not <>", "{} != {}"),
    (r"<> is <>", "{} = {}"),
]


class Ambiguous(ValueError):
    """A name that stands in two attributes, or a sentence that is none of the forms."""


def in_our_clues(text: str) -> tuple[str, str]:
    """The puzzle as our text, and the item that the question asks for. Positions are an attribute of their own."""
    people = re.search(r"There are (\d+) people", text)
    if people is None:
        raise Ambiguous("it does not say how many people there are")
    n = int(people[1])
    listed = [line.rstrip(".").split(": ")[1].split(", ") for line in text.splitlines() if line.startswith("Everyone")]
    listed.append([f"{i}{ending} position" for i, ending in enumerate(["st", "nd", "rd", *["th"] * (n - 3)], 1)])
    names = sorted((name for attribute in listed for name in attribute), key=len, reverse=True)
    if len(set(names)) < len(names):
        raise Ambiguous("a name stands in two attributes")

    number = {name: str(i) for i, name in enumerate(names)}
    known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")

    def marked(sentence: str) -> str:
        return known.sub(lambda match: f"<{number[match[0]]}>", sentence)

    def clue(sentence: str) -> str:
        for pattern, ours in SENTENCES:
            if match := re.fullmatch(pattern.replace("<>", r"[^<]*<(\d+)>[^<]*?"), marked(sentence)):
                return ours.format(*(f"i{item}" for item in match.groups()), n=n)
        raise Ambiguous(sentence)

    attributes = [f"a{i}: {' '.join(f'i{number[name]}' for name in row)}" for i, row in enumerate(listed)]
    positions = [f"i{number[name]} at {i}" for i, name in enumerate(listed[-1], 1)]
    clues = [clue(sentence) for sentence in re.findall(r"Clue \d+: (.*)\.", text)]
    asked = re.search(r"Question: .*<(\d+)>", marked(text.splitlines()[-1]))
    if asked is None:
        raise Ambiguous(text.splitlines()[-1])
    return "\n".join([f"houses {n}", *attributes, *positions, *clues]), f"i{asked[1]}"
