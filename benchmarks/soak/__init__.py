"""`soak`: wrong answers, killed jobs, faults of disks, hostile files, memory; each part in a file of its own."""
