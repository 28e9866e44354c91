"""Canvases: what a model of text may write, as an automaton over its tokens; exact posteriors of all cells at once."""

from .cache import GrammarCompiler
from .compile import compile_choice, compile_dfa, compile_json_schema, compile_regex, compile_token_dfa
from .grammar import Grammar
from .vocabulary import Vocabulary

__all__ = ["Grammar", "GrammarCompiler", "Vocabulary"]
__all__ += ["compile_choice", "compile_dfa", "compile_json_schema", "compile_regex", "compile_token_dfa"]
