"""What several kinds of problems share: grids, cages, regions, walls, automata, graphs."""
