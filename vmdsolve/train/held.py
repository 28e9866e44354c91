"""A run's folder, held by one process as long as it trains there."""

from __future__ import annotations

from pathlib import Path

from ..files.lock import Lock

__all__ = ["Holds"]


class Holds:
    """What trains in folders, one at a time.

    Examples
    --------
    >>> import tempfile
    >>> folder, one = Path(tempfile.mkdtemp()), Holds()
    >>> one._hold(folder)
    >>> one._release()
    """

    _lock: Lock | None = None

    def _hold(self, folder: Path) -> None:
        """Nobody else trains in this folder until the run ends, or this trainer is no more.

        Raises
        ------
        InvalidInput
            Another process trains there.
        """
        path = folder / ".lock"
        if self._lock is None or self._lock.path != path or self._lock.lost:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = Lock(path, f"trains in {folder}; wait for it, or name another folder")

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None
