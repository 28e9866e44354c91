"""What arXiv 2510.23606 prints for its four-token toys, to stand beside ours."""

__all__ = ["PUBLISHED"]

# (domain, blocks, NFE): {row of the paper's table: (accuracy, KL)}; D1 is `chain`, D2 is `chains`
PUBLISHED: dict[tuple[str, int, int], dict[str, tuple[float, float]]] = {
    ("chain", 2, 4): {"baseline": (0.994, 0.007), "published": (1.000, 0.012)},
    ("chain", 2, 2): {"baseline": (0.101, 2.298), "published": (0.942, 0.068)},
    ("chain", 1, 4): {"baseline": (0.993, 0.010), "published": (1.000, 0.033)},
    ("chain", 1, 1): {"baseline": (0.001, 9.422), "published": (0.873, 0.165)},
    ("chains", 2, 4): {"baseline": (0.993, 0.018), "published": (1.000, 0.018)},
    ("chains", 2, 2): {"baseline": (0.011, 7.656), "published": (0.886, 0.148)},
    ("chains", 1, 4): {"baseline": (0.991, 0.015), "published": (1.000, 0.475)},
    ("chains", 1, 1): {"baseline": (0.011, 7.493), "published": (0.800, 0.268)},
}
