#include "schemas/place.h"

#include "runtime/text.h"

namespace docwright::schemas {

std::string Place::pointer() const {
  if (parent == nullptr) return std::string(key);
  return parent->pointer() + '/' + (index == kNoIndex ? pointer_token(key) : std::to_string(index));
}

}  // namespace docwright::schemas
