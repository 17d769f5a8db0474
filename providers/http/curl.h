// libcurl as the HTTP client sees it: handles with owners. The one place that includes its header.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace docwright::providers::http {

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;

struct HeaderListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, HeaderListFree>;

// curl_easy_setopt cannot fail for a known option but for want of memory, which ends the program
// elsewhere.
template <class Value>
void set(const Easy& easy, CURLoption option, Value value) {
  curl_easy_setopt(easy.get(), option, value);
}

}  // namespace docwright::providers::http
