"""The page: puzzles in a browser, by `vmdsolve web`; answers come from this machine alone.

static/      the page itself: one HTML file, its style, its scripts; nothing is loaded from elsewhere
shapes.py    a board as plain values, from which the page draws it
answers.py   what the page can ask, an entry each: plain values in, plain values out
worker.py    the process from which those that answer are forked;  workers.py  how they are asked and ended
server.py    HTTP around it
"""
