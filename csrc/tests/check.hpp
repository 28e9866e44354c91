// check.hpp -- what every test program checks with. Not assert: release builds must check too.
#pragma once

#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);    \
      std::exit(1);                                                            \
    }                                                                          \
  } while (false)
