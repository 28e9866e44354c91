"""The command `vmdsolve`, as a script and as `python -m vmdsolve`: Ctrl-C ends it in one line from the first moment."""

__all__ = ["main"]


def main() -> None:
    """The entry point of the script `vmdsolve`."""
    try:
        from .cli import main as begun  # which takes a while
    except KeyboardInterrupt:
        import os

        os.write(2, b"vmdsolve: interrupted\n")
        os._exit(130)
    begun()


if __name__ == "__main__":
    main()
