// The tests of the service start children of this very program.
#include <gtest/gtest.h>

#include <cstring>

#include "outline/outline_service.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], docwright::outline::kChildArgument) == 0)
    return docwright::outline::child_main();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
