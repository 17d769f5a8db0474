// One HTTP request and its response, as codecs write and read them.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docwright::providers {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  Headers headers;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;
};

// Of a response's headers (names in lower case); empty where there is none.
inline std::string_view header(const Headers& headers, std::string_view name) {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

}  // namespace docwright::providers
