"""Reasons in words: the next step of a puzzle and why it is forced, or why there is no answer.

filtering.py says what one constraint alone rules out, deduction.py puts such steps in the order in which a person would
look for them, phrases.py says them in words, result.py is what comes out; hint.py and explain.py are the calls.
grade.py says how hard a problem is, by the same techniques.
"""

from .explain import Explanation, explain
from .grade import Grade, grade
from .hint import hint, walkthrough
from .result import Hint

__all__ = ["Explanation", "Grade", "Hint", "explain", "grade", "hint", "walkthrough"]
