"""The page: puzzles in a browser, by `vmdsolve web`; answers come from this machine alone.

static/      the page itself: one HTML file, its style, its scripts; nothing is loaded from elsewhere
shapes.py    a board as plain values, from which the page draws it
answers.py   what the page can ask, an entry each: plain values in, plain values out
worker.py    a process that answers; workers.py: several, each of which can be stopped
server.py    HTTP around it
"""
