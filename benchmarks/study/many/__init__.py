"""Problems of real size with many answers, in few steps: `queens`, `colouring`, `grids9`, `squares`."""
