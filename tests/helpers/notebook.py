"""A notebook that is run: its cells in on standard input, as JSON, and what its kernel sent of each out.

A process of its own, since nbclient leaves sockets to whoever collects its garbage.
"""

from __future__ import annotations

import json
import sys

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient


class Here(KernelSpecManager):
    """The kernel of this Python, wherever others are installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


if __name__ == "__main__":
    cells = [nbformat.v4.new_code_cell(code) for code in json.load(sys.stdin)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    manager = AsyncKernelManager(kernel_spec_manager=Here(), kernel_name="here")
    NotebookClient(notebook, km=manager, timeout=300, startup_timeout=300).execute()
    json.dump([cell.outputs for cell in notebook.cells], sys.stdout)
