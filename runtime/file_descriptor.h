// An open file descriptor and who closes it.
#pragma once
#include <string_view>
#include <utility>

namespace docwright {

// Owns the descriptor; closes it at its end.
class FileDescriptor final {
 public:
  FileDescriptor() = default;
  // -1, as a failed open() returns it: none.
  explicit FileDescriptor(int value) : value_(value) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : value_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }

  explicit operator bool() const { return value_ >= 0; }
  int get() const { return value_; }
  // The caller closes it.
  int release() { return std::exchange(value_, -1); }
  // Keeps errno.
  void reset(int value = -1);

 private:
  int value_ = -1;
};

// All of it, in as many writes as it takes. False: errno says why.
bool write_all(int descriptor, std::string_view bytes);

}  // namespace docwright
