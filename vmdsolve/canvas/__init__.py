"""Canvases: what a model of text may write, as an automaton over its tokens; exact posteriors of all cells at once."""

from .cache import GrammarCompiler
from .compile import compile_choice, compile_dfa, compile_json_schema, compile_regex, compile_token_dfa
from .grammar import Grammar
from .law import Posterior, posterior
from .matcher import CanvasMatcher
from .requests import grammar_of_request
from .vocabulary import Vocabulary

__all__ = ["CanvasMatcher", "Grammar", "GrammarCompiler", "Posterior", "Vocabulary"]
__all__ += ["compile_choice", "compile_dfa", "compile_json_schema", "compile_regex", "compile_token_dfa"]
__all__ += ["grammar_of_request", "posterior"]
