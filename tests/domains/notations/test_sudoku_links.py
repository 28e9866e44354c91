"""Links and JSON of f-puzzles and SudokuPad: published ones with their known answers, and what is refused by name."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

import vmdsolve
from vmdsolve.domains import notations
from vmdsolve.domains.notations import lzstring
from vmdsolve.domains.notations.fpuzzles import FPuzzles
from vmdsolve.domains.notations.scl import parse
from vmdsolve.errors import InvalidProblem
from vmdsolve.problem import Problem
from vmdsolve.testing.oracles import brute_force

KILLER = (
    "https://www.f-puzzles.com/?load=N4IgzglgXgpiBcBOANCA5gJwgEwQbT2AF9ljSSzKLryBdZQmq8l54+x1p7rjtn/nQaCR"
    "3PgIm9hk0UM6zR4rssX0QAawgAbLTAwBjAIZo48QiH0wdYfCABKARgDCDkKkdOATG/ueXPuz9vNQA3Qy0AV1MQBwAOEAoLKy0bM3"
    "tnAGYA5wAWbKcAVgC/ItDwqIQQTzzEy2tbDwA2Yqdmssjootrk1Lx0pwB2fPj2ivgY7276tI9EFrnR6Icu0iTpvrsMwYCtkdQwjs"
    "rmqZSGraz3LbzLwoCcpwv7AoeQRcrPVxPe+y3Xd3u/k9/O5nsF9uVop4sl8Go1gfY4WCQAcxiAVqA6qcZgN4XZYv43uMHJNVpjvn"
    "ZELjKUiUUt0WssRscY88S9CSBjqSeg0cUV3PjrvZ8Xz7JS8uyHEMYTN7s0Qa0AnDBXY4SKVQr2Z4SRjuTKnPF/k45vKhvK9siIe8"
    "AAwJLnrBHbdxwg32HFy12OoUa8GHcaeTk6+12HHGr2himeiMuiMLH2ozzxIhqQz6AAuEBCMCcAHsAHZgVMYQwQXOp74AaW0ugwAA"
    "InMY4LQiEA=="
)

EDDIES = (
    "https://www.f-puzzles.com/?load=N4IgzglgXgpiBcBOANCALhNAbO8QFEATQiGMEVAQwFc0ALAewCcEQBFBwmAYwpCeo4wM"
    "NKwByzALaUsAAjDVCDANbVZAobMoAHbVgCeAOgA6AOzMBBJkwYB3MPFkARCAHNMYLVganXW01rWdrIQAfQwsq5MEISyktRgaPLUk"
    "rJoDGl0ESTuSaEhaJ7cEEzcOIbObh5xlPrqMNowlEkyPn6UAZRBtibmpgDyxAD0MABuMKaOAMIwWFietph0/rIM2pQAjtQRUTB1x"
    "aU4cQlJAEYRnIQVM3MLSytrm9uRTHvyW10R8Ymy57JjE16fCiMQQAG0wcAAL7IaGwmFwxEI5HwgC6yEhKKR8Jx2Oh6MxuKxxKJBL"
    "xJPJaIxlJpxLJFIZpOpjNpVMJrNp9KJ3M56JAl3BoG4sywrAASgAWKYSkAIkDCubiqUANllsPlIvFyqmqrlCtFeDF2plUL5ANMgo"
    "1isNAA4pja1ULNYaAEz2x1Wg0gMVul0e/Xiu1+01UbqWrChMjgsHegDMUwArHwfYnkwBGVOovn68jwGNi+NJ1FyiOmKN5/MJqax5"
    "NVv2oMVVtMgLOoHPg71VmvF9Wl8sQztTADstfdDariBb2ZFucrw5bJcjs/zQ9TDbtSYbiEz09uHbFq6Li7Ly+9q8n66mF+92+vYu"
    "3DtbntnZ6vC97S+jr+bl5/N6m9bena3a7vM+6rs2PagH2p4FlMf4pghGZ+k+7Z5nG8HvtBn4VhhDoNm6I4Nhmj6gS+cGPse/b5vG"
    "NYNvGMoNlKm6DkWGIYXR3puox3oZjKqEzvutFYSAMFfkaAHJquIFtoJ6ESShppQkAA=="
)

TUTORIAL = (
    "https://f-puzzles.com/?load=N4IgzglgXgpiBcBOANCA5gJwgEwQbT2AF9ljSTQMY0IB7AOwQAYLXz3iBdZQty6uo3gBGVAD"
    "cAhgBsArnBGoaYmEIAuGORRCTZ8gEyKIytRphadchAGZDxhOs0c+Rbryfuyn1q68fnTn39fYO8eEL8/QIjwryiYoNC3eOiXbhAYA"
    "A91CSoaBnxQAGMYKSkwfBAAJQBWAGE9EFQa2qtGqrqAFjbKgDYW7r6upoB2fpHaoarR6u6ADlqZzhdUVQALGAwAW1pNmFUNgpApC"
    "HoYcvgCKuFanu7r4bva2e69WsRuqzeQTiW0nIxaAB3Q7FUrnPBVDoLbpQ25pY6ncEQyqwmG1B5NKHPJp1bFVPp4yqjZ4/ZYgbAQC"
    "RoBjSADU9lMqApVJpUgAtAy5KgJPRVBAANb0CBoVaqTkwbm8gUnNDipkQABmCo2KmKIJKZQqlUQE26OsWWlBmouVR1tya+u+ZIwE"
    "j5tHVYK1OoxpqeVtIICN4Nd7wtbt+qFo2FwFyKGoQU1qwhAZJgdlDnvD8Cq82jZP5EFKG0KVPkhETjpNlU+0aanwamKjaIr7SrOP"
    "q33E0ksyb0DWtKgARjzDgizvhkaNS5Ga70xrXJs0ZpXzbWXc1CX13qT4Sc86A+0jI8OiQ2mn1WvXJ3Vp5Cbt06vPcQMvj9AzJVH3"
    "ahHMBIAJ5tQE4NbMAB0BhACAwAAORgQFagYMBshOMV4AcMwliAA="
)

KNIGHT = (
    "N4IgzglgXgpiBcBOANCA5gJwgEwQbT1ADcBDAGwFc54BGVNCImAOwQBcMqBfZYHv3vyGCRfALrJCwgTOlyJU0XKVKFsles1c1yrR"
    "u2S9R+Yd1nVp/Vdk7r58RJDYIJNAHtm5ALTtOMVCTMbBAA1hDMaL5UqG7YuPCEIADGMGRkCCAASgBMAMIAbCDaXEA==="
)

BOOKLET = (
    "https://sudokupad.app/?puzzleid=fpuzzlesN4IgzglgXgpiBcBOANCA5gJwgEwQbT2AF9ljSSzKLryBdZQmq8l54%2Bx1p7"
    "rjtn%2FnQaCR3PgIm9hk0UM6zR4rssX0QAawgAbLTAwBjAIZo48QiH0wdYfCABKARgDCAJhCpHTgMwg1AN0MtAFdTEAB2EAoLKy0"
    "bM3tnABZ3excnZP9AkIRwyNJo61tPAFYUuzTSzODQhwA2PNBLQvjPeo9nCKrs%2BBAHCKim2KLnAA4y50RfVADqnLGBmLi8VKcxj"
    "zTJrtDkhebl8qc2lc7prJqABgaCoZa0nw8vbymQGe7en12b%2FbS3B9dn141fr5QZLBJOBxlNKQv4w%2ByJCEAs45Bw7EGLIqPZI"
    "eBEZU6zHpoxoYlqPUp%2FI52BHk%2BGHJEE95XUGY1ZlBFjLYo4HEvb2R6THFOTb4t4ONyfMFU%2F6Cnycnr1CVFYqIjy1RFy3oK"
    "9G8uzK372ZX3A3pelvebar7Gmm6ukavpMkn7ZURDzKjkimqQxUtZUC%2Bxqv12MJC02hSbe%2FZq%2FVBlX2YNuDUuS4R%2F1PDz"
    "Bo12EZPRPii2StXY1OVD1zB06tWU4OU7M1pwnF7Inp1cuWuxql2p92NhlE66S4OdmPdwE5LU8tvZuFZ6X2RDq0s9c0TyXz6Pz2WL"
    "kDL%2FtFYNFmd4nui8e7lrB63ZkvHsOt1cmjzz6%2Bj5t5ldFeeU%2BcNl8gU%2FMlpszWOdWTtN8z32bNA3nYUby5O8WSHBEfyb"
    "XpSiIWgiCAA%3D"
)

FISH = (
    "https://sudokupad.app/sclN4SwJgXA5AzgHjAtgfQLIEMBOAXAngZQFMsZkBWADgAYBjANgDMwAjV9ATmYeasIHYAjOkID2VA"
    "CziGVAExhxNKABpEhbOjDp1EYDAD2AV0w1C0fAbB6A1gYAEGK4Uy2AbjNlkAdLM8zxAWhoaBjJ0CjpldANsAAs9TGgMHFxbIhJlT"
    "AMAG0IYaAA5eMR0LNsYC2s7TJyYW3QAB3qs3ABuWwYQLNLYwlsAc0xwWwB3EFjbHtswED6x2oF/djK9CZitKZm5qb0AOwAdKGxbT"
    "EJ64iOQHbqdlMw9YaVbGj0sg0Qdx/QdsFtizEcfgBmOCA2zMPRwTx7HYAFWGKxMXVqGgAVugTDsjiVdn06sdCD8spdeogDDAjs9M"
    "ehLrZdr1CC5CFdprMsd9aTtenowD8WWMobD4U9CEinrtOTRsASwSl0CMYmNepYKbt1DTKTBCDRoiBGRtWTABXCESKsrVKRKpT9mL"
    "KwVl0VZtiqqTS+dhasMYk4uZzbCBapYDMwcqsuT1MJ5lPpXtgQLtoBQyOJAXR2AI+DJ2Hw6DIyAIKIDxAIZIW+BR2GQ6EWKxQS3Q"
    "+JXy4C+OIZMXmwJxHQyOwKGXK+xWwIU2na83xGRCzJBI32MpmLNin1TFAYthsPU8gB6LcgTwgRB9IyeZ6ILc7QEgADy2HE+U8KLO"
    "fXni/Qy709XRY1wEAESmw0AAApYN+tgAGL+jEUAAL5KCYEAANoIUoKGoShAC6SjIWhqGYdhOFKHhBEYVhxGEaRxFEZRFEEVRtGYS"
    "ciFIVQShUHhLECOxSgyHhf5sVhf6cQJ3F4TIrGiUoQkIWJPF4QhLGAlx4hcWQvFKIpwnKcJqlYWJGnSUoWkGapcksXQXF8FxFBqe"
    "ZwmWcJ1m6UotkGfZBnWXJgLiVhXlSV5PFYeI3kIUFUlBQFCFkMFUVSVFslYQhXn6V5RleTpIXqXhQVGUF6VRfpUVGVFJkJV5LleW"
    "5XmORlLlBW5QXVVFLlRW5UUeQldDBZ1UmdRFfDBf1Un9RFFDBaNUmjfFSGdfpnVGZ16X9fp/VGf16Wjfpo1GaNJXTc5eGdW5nXVf"
    "1Ln9W5/XVaNLmjW5o0eZheiIcAkqIYCnhtZhwwQFQniFkoMQ/X9QWxL+vijVK0DKDQEAAMQsQk2BwTIcNgXBAhw1QsEvQBIUfUoj"
    "nfb9/2A8TIOAwI4P/iu0OY0oiPI6j6OY9jr2RfjhNAyTXPk2DMgQzTcF0wzNAo7DaM0Bj8Os7j4j40JRPAwDPP/hTVOQ1AtPw/TE"
    "BI6LTOSyzSg44hk0fV9Kuk0roOU/z1NQ0L2si2LEtS1jxts/1v06Yr3Nk6rfMCw7MNO7rjPi8z0se7jfHm0ovtBVb/02+rgshwjY"
    "f6xHhtRybCF0Pj9kJ8r/sp3bGtaxnesu5H7t5wXMUW/7Se87bQea47Vfh67Rt5xQHNN0rLcB239sd+nOvVwbbsy4hfD4z7lsq2X7"
    "eV5P3e17PCF/u9i/N8vavl2nwuZzXOd157SheHvQ8H4HY9r870+92zYkN4PfvW4fq+d+vWc97nNm3sRLxyXqXb+D9f5P2zjPaOiE"
    "/xyxvp/ZOECK5QNPs/QBuNfJx19l5JOXk0EhzRtAi+2DC4f3wVzQhx8I6kK3jJXB1CS5/RocHJm9C4EIX7nFShLDARsPHhwjBWDT"
    "ZKHnkgqhxNBFaxISIrG6FoJAA"
)

# dclamage/SudokuSolver, Puzzles.cs: each with its one answer there (little killers; killer cages and knights)
BLISTER = (
    "N4IgzglgXgpiBcBOANCALhNAbO8QGkIscAnAAgCEsIw0YSRUBDAVzQAsB7BvAJSYB2AczABrRiBIscYGGgQgActwC2TLGQDKLACadRLM"
    "lJlkmABzNYAngDoAOgIea0gnUxI6yhYvXhkAKuwwZDoQQphgZBACpmQAxkxCwWAsKmRonOlB8VgswdFZwRlmZDgAZmhknGWF8YkwNmQA"
    "ImERdQICnJUkMGYwTJUFTHVJ9o4Czq7ungAymNjB3qR+AMK5MJGcbJA6RdlCJBCe0aEJdLUpadW1oeFokeqcwrVmnNF0nqGJT+o2EgdH"
    "BAAbSBwAAvshwZCIVDYTD4dCALrIUEIuHQjHo8HI1GYtH4vE4rEE4lIlGkin4okkmmE8m0ylk3GMynUvHs1nIkCiIikBJJYGgOIwYhgY"
    "EgXgAZhWAEYJLwACyykBcgBu6jyCgA7CAYSBhaLxYqVgAmeVKyUq1Dq9YKS16g1YMXwIESgCsKwV8o9bu9KwAbFaQDbNXgdQ6RU6jf6V"
    "jrULwYwAOeUxxDyrUrNNqjW4EAygAMush+sjztdvBNK0t8elZprVaDIdzMuTEcNLolMbl8Yz3YlieV2dteBNhbbUY7vAzcYlGeT8YHM9"
    "4A+TQ9DebN47LEplK198cr+4l0qPxt9a+bga30b3KYD6dvPfvC8f/fvF7treLju3y9N8oHas3y9D88BlcNv1LI1d0DeNdyXXd5wlSsdV"
    "AkATSvSD23LaVYOPWN5WlJCpUzRscwUGVNy5ag0AWHkfBIS5BRLYgFGNQtUB/I1pT7Ct/zghsuVCHo4gwJ4FAAVV4CQmwUUciyFSM2IH"
    "AsJC4ycMzTeMkz9JclTwkjT0rL0BMtISIBEsSBEkmYZPIvBJQgxTWL4AtX3U8tEE9ACGyfOtO0HVBhJgUSIHEvAJNs617I3BSWKwNi3I"
    "4+Lfy83iB38qdfICkz3VfY0DOlJdK2I3csyCiyQqsyTpOi4cQDdL0wURMEgA"
)

SELF_CONTAINED = (
    "N4IgzglgXgpiBcBOANCALhNAbO8QGUYsAzAWgGMB7AOzQEMJqYATEVOgVzQAtKAnBCAAydAG50slCK1R8OOMDDSCA1AAIAcvwC2EtWA7"
    "NKAaw5q5CtXQAO1rAE8AdAB1qAUVEw+985QDuyGpUWBza1IF01MxqAMwAHjFqAEaUcUE09IxgVlhYaswQAOaY2cR8lNpqAIxqaJRqiC7"
    "UruoAgrQQxtRF3Gjm8jBWtlgQMGBNACJFJfow1nR8dGgsyT50Qdxj2V09aADk2dqUnmq6PtSUfUmD0jAd5BJNLWoA0hC5Xv04Q3aj465"
    "TYpobKMKxBOiFQbaDhgPoGSp1WqbNTUULXPhqPx8TDLahqUE8QZ1axqHDENCONSAmbQ2Eoy7mOYwJb4vHrB6QxxsECFbGseAAbQFwAAv"
    "shReKxRLpVLZZKALrIYVymWStWq0WK5XqkDkQQAYgmAAZjQAxU0gKW6g3Gs0Wq16vCGk1G82W8XWp22132j2OkDOu3umVajWegPet0Om"
    "0uqN+mNB6Ne2O+0D+wM+4Oy0Mq8MZuNphOZpMRlPBvOR1MVssqkU5nXpyvlxs1+PJxNt0sdwvt4vqutKsMt7vVkfDvs9rsT0cT7OD2v9"
    "xch+dLhcauuKkCRDA7Qq9BBoOQwVDGd44Pgc3DC3VELBgBACkAAJQAbABhGLcp8Adg/X9/AAsICbuIIS4CAABMn4Ore96Cs+AF/qgT6I"
    "UByGIQArMBqCgRw4FQc2sEPs+MRISRb5ASBEh4YIAAchG5HBj5PhhZEsRRX7vpROHUeBVRYTBjHEexWHIe+onPu+L7YSAuF8YgDF3sJi"
    "Hfl+rHSchrGqVRYGCFUQGCUp8FPqREkmW+Gnkap6EWTJcl6QJfpEcZv5mb+0k6TReD0YZTGSW+1nPr+2k8bpeDSXWIpAA==="
)

# A published link, from where, and how many answers it has there --------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("link", "name", "domain", "answers"),
    [
        (KILLER, "f-puzzles", "killer", 1),  # dclamage/SudokuSolver, SumConstraintTests: "has a unique solution"
        (EDDIES, "f-puzzles", "sudoku-variant", 1),  # SudokuStudio/SudokuStudio#21: arrows, odd and even cells
        (KNIGHT, "f-puzzles", "sudoku-variant", 3),  # sudoku-formats, its own example: nearly empty
        (BOOKLET, "sudokupad", "killer", 1),  # michel-kraemer/sudocle#245: a killer from a booklet
    ],
)
def test_published_links_have_the_answers_that_are_known(link: str, name: str, domain: str, answers: int) -> None:
    notation = notations.find(link)
    assert notation is not None
    assert notation.name == name
    problem = notation.read(link)
    assert problem.domain == domain
    assert vmdsolve.count_solutions(problem, limit=3, time_limit=60).n == answers
    assert read(notations.write(name, problem)).rules.digest == problem.rules.digest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (BLISTER, "249516837185347962376982154421639785758421396693875421917268543564793218832154679"),
        (SELF_CONTAINED, "653418279174259863982673451528961347317542986496387512769835124831724695245196738"),
    ],
)
@pytest.mark.filterwarnings("ignore:f-puzzles. left out is what only draws")
def test_published_links_have_the_one_answer_that_is_published_beside_them(payload: str, answer: str) -> None:
    problem = read("https://f-puzzles.com/?load=" + payload)
    assert vmdsolve.solve(problem, time_limit=60).text == answer
    assert vmdsolve.count_solutions(problem, limit=2, time_limit=60).n == 1


def read(text: str) -> Problem:
    notation = notations.find(text)
    assert notation is not None
    return notation.read(text)


def test_a_rule_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(InvalidProblem, match="arrow: a circle of 2 cells; there is no such rule here"):
        read(TUTORIAL)
    with pytest.raises(InvalidProblem, match="has the rule doublearrow, which there is no constraint for"):
        FPuzzles().read(board(4, doublearrow=[{"lines": []}]))
    with pytest.raises(InvalidProblem, match="has the rule 'Region Sum Line', which is only drawn here"):
        FPuzzles().read(board(4, line=[{"lines": [], "fromConstraint": "Region Sum Line"}]))


def test_a_puzzle_that_is_all_drawn_is_refused_and_what_only_draws_is_named() -> None:
    with pytest.raises(
        InvalidProblem, match=r"nothing but drawings \(21 of overlays, 1 of background\) says what this puzzle is"
    ):
        read(FISH)  # SakanaAI/Sudoku-Bench, Parity Fish: its rules are in words
    with pytest.warns(UserWarning, match=r"left out is what only draws \(1 of text, 2 of line\)"):
        problem = FPuzzles().read(board(4, line=[{}, {}], text=[{}], odd=[{"cell": "R1C1"}]))
    assert problem.rules.relations == ("row", "column", "box", "odd")


def test_a_link_that_names_a_puzzle_on_a_server_says_so() -> None:
    for link in ("https://sudokupad.app/dHFNqQLPjM", "https://app.crackingthecryptic.com/sudoku/DQFNqQLPjM"):
        with pytest.raises(InvalidProblem, match="is kept on its server; wanted a link that holds it"):
            read(link)
    with pytest.raises(InvalidProblem, match="kept on their server"):
        read("https://f-puzzles.com/?id=yck7bdjm")


# Each rule, on boards so small that brute force counts them ----------------------------------------------


def board(n: int, **rules: Any) -> str:
    return json.dumps({"size": n, "grid": [[{} for _ in range(n)] for _ in range(n)], **rules})


PAIR, BENT = ["R1C1", "R1C2"], ["R1C1", "R2C1", "R3C2"]
RULES: list[tuple[str, Any, Any]] = [
    ("diagonal+", True, lambda g: distinct(g[0][3], g[1][2], g[2][1], g[3][0])),
    ("diagonal-", True, lambda g: distinct(g[0][0], g[1][1], g[2][2], g[3][3])),
    ("antiking", True, lambda g: all(g[r][c] != g[r + 1][c + d] for r, c, d in KINGS)),
    ("antiknight", True, lambda g: all(g[r][c] != g[s][d] for r, c, s, d in KNIGHTS)),
    ("nonconsecutive", True, lambda g: all(abs(g[r][c] - g[s][d]) != 1 for r, c, s, d in SIDES)),
    ("disjointgroups", True, lambda g: all(distinct(*g[r][c::2], *g[r + 2][c::2]) for r, c in BOX)),
    ("killercage", [{"cells": BENT, "value": "6"}], lambda g: {g[0][0], g[1][0], g[2][1]} == {1, 2, 3}),
    ("killercage", [{"cells": ["R1C1", "R3C2"]}], lambda g: g[0][0] != g[2][1]),
    ("littlekillersum", [{"cell": "R0C2", "direction": "DR", "value": "5"}], lambda g: g[0][2] + g[1][3] == 5),
    ("littlekillersum", [{"cell": "R5C4", "direction": "UL", "value": 9}], lambda g: g[3][2] + g[2][1] + g[1][0] == 9),
    ("odd", [{"cell": "R2C3"}], lambda g: g[1][2] % 2 == 1),
    ("even", [{"cell": "R2C3"}], lambda g: g[1][2] % 2 == 0),
    ("minimum", [{"cell": "R2C1"}], lambda g: g[1][0] < min(g[0][0], g[2][0], g[1][1])),
    ("maximum", [{"cell": "R2C1"}], lambda g: g[1][0] > max(g[0][0], g[2][0], g[1][1])),
    ("extraregion", [{"cells": ["R1C1", "R2C2", "R3C3"]}], lambda g: distinct(g[0][0], g[1][1], g[2][2])),
    ("thermometer", [{"lines": [["R1C1", "R2C1", "R3C2"]]}], lambda g: g[0][0] < g[1][0] < g[2][1]),
    ("slowthermometer", [{"lines": [["R1C1", "R2C1", "R3C2"]]}], lambda g: g[0][0] <= g[1][0] <= g[2][1]),
    ("whispers", [{"lines": [["R1C1", "R2C2"]], "value": "2"}], lambda g: abs(g[0][0] - g[1][1]) >= 2),
    ("renban", [{"lines": [["R1C1", "R2C1", "R3C2"]]}], lambda g: consecutive(g[0][0], g[1][0], g[2][1])),
    ("palindrome", [{"lines": [["R1C1", "R2C1", "R3C2"]]}], lambda g: g[0][0] == g[2][1]),
    ("clone", [{"cells": ["R1C1", "R1C2"], "cloneCells": ["R3C2", "R3C3"]}], lambda g: g[0][:2] == g[2][1:3]),
    ("difference", [{"cells": PAIR}], lambda g: abs(g[0][0] - g[0][1]) == 1),
    ("difference", [{"cells": PAIR, "value": "3"}], lambda g: abs(g[0][0] - g[0][1]) == 3),
    ("ratio", [{"cells": PAIR}], lambda g: g[0][0] == 2 * g[0][1] or g[0][1] == 2 * g[0][0]),
    ("xv", [{"cells": PAIR, "value": "V"}], lambda g: g[0][0] + g[0][1] == 5),
    ("quadruple", [{"cells": ["R2C2", "R2C3", "R3C2", "R3C3"], "values": [1, 1, 3]}],
     lambda g: sorted([*g[1][1:3], *g[2][1:3]])[:2] == [1, 1] and 3 in [*g[1][1:3], *g[2][1:3]]),
    ("betweenline", [{"lines": [["R1C1", "R2C2", "R3C3"]]}],
     lambda g: min(g[0][0], g[2][2]) < g[1][1] < max(g[0][0], g[2][2])),
    ("arrow", [{"cells": ["R1C1"], "lines": [["R1C1", "R1C2", "R2C3"]]}], lambda g: g[0][0] == g[0][1] + g[1][2]),
    ("sandwichsum", [{"cell": "R2C0", "value": "5"}], lambda g: between(g[1]) == 5),
    ("sandwichsum", [{"cell": "R5C3", "value": "2"}], lambda g: between([row[2] for row in g]) == 2),
]  # fmt: skip
CELLS = [(r, c) for r in range(4) for c in range(4)]
BOX = [(r, c) for r in range(2) for c in range(2)]
SIDES = [(r, c, s, d) for r, c in CELLS for s, d in ((r + 1, c), (r, c + 1)) if s < 4 and d < 4]
KINGS = [(r, c, d) for r, c in CELLS for d in (-1, 1) if r < 3 and 0 <= c + d < 4]
KNIGHTS = [(r, c, s, d) for r, c in CELLS for s, d in CELLS if sorted((abs(r - s), abs(c - d))) == [1, 2]]


def distinct(*numbers: int) -> bool:
    return len(set(numbers)) == len(numbers)


def consecutive(*numbers: int) -> bool:
    return distinct(*numbers) and max(numbers) - min(numbers) == len(numbers) - 1


def between(line: list[int]) -> int:
    a, b = sorted((line.index(1), line.index(4)))
    return sum(line[a + 1 : b])


@pytest.mark.parametrize(("key", "value", "holds"), RULES)
def test_each_rule_allows_the_grids_that_obey_it(key: str, value: Any, holds: Any) -> None:
    problem = FPuzzles().read(board(4, **{key: value}))
    plain = FPuzzles().read(board(4))
    every = [
        [[v + 1 for v in grid[i : i + 4]] for i in range(0, 16, 4)] for grid in brute_force(plain.rules, plain.values)
    ]
    assert len(every) == 288
    wanted = [grid for grid in every if holds(grid)]
    found = brute_force(problem.rules, problem.values)
    assert sorted([k for row in grid for k in row] for grid in wanted) == sorted(
        [v + 1 for v in grid] for grid in found
    )
    assert len(wanted) < 288
    assert read(notations.write("f-puzzles", problem)).rules.digest == problem.rules.digest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (board(4, odd=[{"cell": "R5C1"}]), "odd: a cell is 'R5C1'; wanted R1C1 to R4C4"),
        (board(4, thermometer=[{"lines": [["R1C1"]]}]), "thermometer: wanted a list of 2 to 625 cells"),
        (board(4, killercage=[{"cells": ["R1C1", "R1C1"]}]), "killercage: a cell is named twice"),
        (board(4, killercage=[{"cells": ["R1C1"], "value": "six"}]), "a value is 'six'; wanted a number"),
        (board(4, minimum=[{"cell": "R1C1"}, {"cell": "R1C2"}]), "can be meant in two ways"),
        (board(4, xv=[{"cells": PAIR, "value": "Z"}]), "a value is 'Z'; wanted X or V"),
        (board(1), "1 row, size 1; wanted 2 to 25"),
        ('{"size": 4, "grid": [[{"value": 5, "given": true}]]}', "1 row, size 4"),
        ('{"size": 2, "grid": [[{"value": 5, "given": true}, {}], [{}, {}]]}', "column 1 holds '5'; wanted 1 to 2"),
        ('{"size": 2, "grid": [[{"region": "a"}, {}], [{}, {}]]}', "is of region 'a'"),
        ('{"size": 2, "grid": [[{"givenPencilMarks": [1]}, {}], [{}, {}]]}', "candidates are given there"),
        ('{"size": 2, "grid": [[{', "not the JSON of f-puzzles"),
        ("https://f-puzzles.com/?load=N4IgzglgXgpiBcBO", "packed text is cut off"),
        ("https://f-puzzles.com/?load=N4Igzg~lgXgpiBcBO", "holds '~' at character 7"),
    ],
)
def test_what_is_said_wrongly_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        read(text)


def test_numbers_that_a_solver_filled_in_are_no_givens() -> None:
    text = '{"size": 2, "grid": [[{"value": 1}, {"value": 2, "given": true}], [{}, {}]]}'
    assert FPuzzles().read(text).values.tolist() == [-1, 1, -1, -1]


# SudokuPad's own JSON -------------------------------------------------------------------------------------


def scl(extra: str = "", cells: str = "{v:1}") -> str:
    rows = f"[[{cells},,,],[,,,],[,,,],[,,,]]"
    regions = (
        "[[[0,0],[0,1],[1,0],[1,1]],[[0,2],[0,3],[1,2],[1,3]],[[2,0],[2,1],[3,0],[3,1]],[[2,2],[2,3],[3,2],[3,3]]]"
    )
    return f"{{id:'x',cs:50,ce:{rows},re:{regions}{extra}}}"


def test_its_own_json_says_givens_regions_and_cages() -> None:
    text = scl(",ca:[{v:5,unique:t,ce:[[0,1],[1,1]]},{value:'title: a'}]")
    link = "https://sudokupad.app/scl" + lzstring.compress(text)
    problem = read(link)
    assert (problem.domain, problem.values.tolist()[0]) == ("killer", 0)
    assert problem.layout.cages == [(5, [1, 5])]
    assert read(text).rules.digest == problem.rules.digest
    again = json.dumps(parse(text))
    assert read(again).rules.digest == problem.rules.digest


def test_its_cages_that_do_not_say_whether_numbers_repeat_are_read_as_in_killers_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="1 of cages that do not say whether numbers repeat"):
        assert read(scl(",ca:[{v:5,ce:[[0,1],[1,1]]}]")).domain == "killer"
    with pytest.raises(InvalidProblem, match="may repeat numbers"):
        read(scl(",ca:[{v:5,unique:f,ce:[[0,1],[1,1]]}]"))


def test_its_rules_by_name_are_rules() -> None:
    assert "knight's move" in read(scl(",global:[antiknight]")).rules.relations
    with pytest.raises(InvalidProblem, match="has the rule 'antiqueen'"):
        read(scl(",global:['antiqueen']"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ce:[[,],[,]]}", "names no regions"),
        ("{ce:[[,],[,,]],re:[[[0,0]]]}", "is no square"),
        (scl(cells="{v:9}"), "row 1, column 1 holds '9'"),
        (scl(",ca:[{v:5,ce:[[0,9]]}]"), r"a cell is '\[0, 9\]'"),
        (scl()[:-1], "damaged near character"),
        ("{ce:" + "[" * 100, "damaged near character"),
    ],
)
def test_its_json_that_is_wrong_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        read(text)


def test_no_warning_where_nothing_was_left_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(KILLER)


def test_cells_of_no_region_are_none_of_their_own() -> None:
    regions = [[0, 0, 0, 1], [0, 1, 1, 1], [2, 2, None, None], [2, 2, None, None]]
    grid = [[{"region": region} for region in row] for row in regions]
    problem = FPuzzles().read(json.dumps({"size": 4, "grid": grid}))
    said = [rule.cells for rule in problem.rules.constraints if rule.relation == "region"]
    assert said == [(0, 1, 2, 4), (3, 5, 6, 7), (8, 9, 12, 13)]
    assert FPuzzles().read(FPuzzles().write(problem)).rules.constraints == problem.rules.constraints


def test_a_cage_that_says_nothing_is_left_out_with_a_warning() -> None:
    text = "{ce:[[{v:1},],[,]],re:[[[0,0],[0,1]],[[1,0],[1,1]]],ca:[{ce:[[0,0],[1,1]]}]}"
    with pytest.warns(UserWarning, match="1 of cages without a total that do not say whether numbers repeat"):
        assert notations.get("sudokupad").read(text).domain == "sudoku-2x2"
