/* Seconds of the processor that tdoku takes: tdoku LIBRARY PROBLEMS LIMIT; a problem a line of 81 characters.
   The library is the one that tdoku's own BUILD.sh makes. One turn to warm up, then one that counts. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CELLS = 81, LINE = CELLS + 1 };
typedef size_t Solve(const char *input, size_t limit, uint32_t configuration, char *solution, size_t *guesses);

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "wanted LIBRARY PROBLEMS LIMIT\n"), 2;
  void *library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  Solve *solve = (Solve *)dlsym(library, "TdokuSolverDpllTriadSimd");
  if (solve == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  FILE *file = fopen(argv[2], "rb");
  if (file == NULL) return perror(argv[2]), 1;
  fseek(file, 0, SEEK_END);
  const size_t n = (size_t)ftell(file) / LINE;
  rewind(file);
  char *problems = malloc(n * LINE + 1);
  if (problems == NULL || fread(problems, LINE, n, file) != n) return perror(argv[2]), 1;
  const size_t limit = strtoul(argv[3], NULL, 10);
  size_t guesses = 0, unique = 0;
  double taken = 0;
  for (int turn = 0; turn < 2; ++turn) {
    char solution[CELLS];
    unique = 0;
    const double start = seconds();
    for (size_t i = 0; i < n; ++i) unique += solve(problems + i * LINE, limit, 0, solution, &guesses) == 1;
    taken = seconds() - start;
  }
  if (unique != n) return fprintf(stderr, "one answer each: %zu of %zu\n", unique, n), 1;
  printf("%.9f\n", taken);
  return 0;
}
