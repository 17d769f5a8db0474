#include "tests/bench/requests.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <vector>

#include "tests/bench/process.h"

namespace docwright::bench {
namespace {

std::size_t append(char* bytes, std::size_t size, std::size_t count, void* target) {
  static_cast<std::string*>(target)->append(bytes, size * count);
  return size * count;
}

}  // namespace

BareRequests send_bare(const std::string& url, const std::string& body, int count, int window) {
  const auto cpu_before = own_cpu();
  const auto wall_before = std::chrono::steady_clock::now();
  CURLM* multi = curl_multi_init();
  curl_slist* headers =
      curl_slist_append(curl_slist_append(nullptr, "Content-Type: application/json"), "Expect:");
  std::vector<std::string> answers(static_cast<std::size_t>(window));
  std::vector<CURL*> handles;
  for (auto& answer : answers) {
    CURL* handle = curl_easy_init();
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, &answer);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    handles.push_back(handle);
  }
  int started = 0;
  int ended = 0;
  for (CURL* handle : handles) {
    if (started == count) break;
    ++started;
    curl_multi_add_handle(multi, handle);
  }
  while (ended < count) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      CURL* handle = message->easy_handle;
      long status = 0;
      std::string* answer = nullptr;
      curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
      curl_easy_getinfo(handle, CURLINFO_PRIVATE, &answer);
      if (status != 200) give_up(fmt::format("the simulator answered {}: {}", status, *answer));
      answer->clear();
      ++ended;
      curl_multi_remove_handle(multi, handle);
      if (started < count) {
        ++started;
        curl_multi_add_handle(multi, handle);
      }
    }
    if (ended < count) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  for (CURL* handle : handles) {
    curl_multi_remove_handle(multi, handle);
    curl_easy_cleanup(handle);
  }
  curl_slist_free_all(headers);
  curl_multi_cleanup(multi);
  return {own_cpu() - cpu_before, std::chrono::duration_cast<std::chrono::microseconds>(
                                      std::chrono::steady_clock::now() - wall_before)};
}

Capture::Capture() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 8) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("cannot listen on loopback");
  }
  port_ = ntohs(address.sin_port);
}

Capture::~Capture() {
  close(listener_);
}

std::string Capture::body() {
  pollfd ready{listener_, POLLIN, 0};
  if (poll(&ready, 1, 60'000) != 1) give_up("no request came within a minute");
  const int connection = accept(listener_, nullptr, nullptr);
  std::string request;
  std::size_t body_begin = std::string::npos;
  std::size_t length = 0;
  char buffer[65536];
  while (body_begin == std::string::npos || request.size() < body_begin + length) {
    const ssize_t got = read(connection, buffer, sizeof buffer);
    if (got <= 0) give_up("the captured request was cut");
    request.append(buffer, static_cast<std::size_t>(got));
    if (body_begin != std::string::npos) continue;
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    body_begin = end + 4;
    const auto field = request.find("Content-Length: ");
    if (field == std::string::npos || field > end) give_up("the captured request names no length");
    length = std::stoul(request.substr(field + 16));
  }
  const std::string answer =
      "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
  if (write(connection, answer.data(), answer.size()) < 0)
    give_up("cannot answer the captured request");
  close(connection);
  return request.substr(body_begin);
}

}  // namespace docwright::bench
