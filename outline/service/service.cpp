#include <fmt/format.h>

#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <cstring>

#include "outline/outline_service.h"
#include "outline/service/codec.h"
#include "outline/service/process.h"
#include "runtime/semaphore.h"
#include "runtime/text.h"

namespace docwright::outline {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

// A child at work, watched by a clock. Unless it is handed back it dies with this, so that a
// cancelled request leaves no child behind that is still busy with it.
class Lease {
 public:
  Lease(Loop& loop, std::unique_ptr<Process> child, Duration limit)
      : watch_(std::make_shared<Watch>(Watch{.child = child.get()})),
        child_(std::move(child)),
        timer_(loop.context()) {
    timer_.expires_after(limit);
    // It may be on its way when the lease ends: it shares what it looks at.
    timer_.async_wait([watch = watch_](boost::system::error_code cancelled) {
      if (cancelled || watch->child == nullptr) return;
      watch->timed_out = true;
      watch->child->kill();
    });
  }
  ~Lease() { watch_->child = nullptr; }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Process& child() { return *child_; }
  bool timed_out() const { return watch_->timed_out; }
  std::unique_ptr<Process> hand_back() {
    watch_->child = nullptr;
    return std::move(child_);
  }

 private:
  struct Watch {
    Process* child = nullptr;  // null once the watch has ended
    bool timed_out = false;
  };
  std::shared_ptr<Watch> watch_;
  std::unique_ptr<Process> child_;
  asio::steady_timer timer_;
};

// Counts a request while it lives.
class Counted {
 public:
  explicit Counted(std::size_t& counter) : counter_(counter) { ++counter_; }
  ~Counted() { --counter_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& counter_;
};

// Time is counted for each file, so that running out of it is the file's fault in any child.
Result<Outline> blamed(Result<Outline> outline) {
  if (!outline && outline.error().code == Code::timeout)
    outline.error().code = Code::source_refused;
  return outline;
}

}  // namespace

struct Service::State {
  State(Loop& on, ServiceOptions how)
      : loop(on), options(std::move(how)), places(on, static_cast<std::size_t>(options.children)) {}

  std::unique_ptr<Process> take_idle();
  Task<boost::system::error_code> exchange(Process& child, RequestHeader header,
                                           const std::string& source, std::string& reply);
  Task<Result<Outline>> ask(std::unique_ptr<Process> child, Language language,
                            const std::string& source);

  Loop& loop;
  const ServiceOptions options;
  Semaphore places;
  std::vector<std::unique_ptr<Process>> idle;
  std::size_t busy = 0;
};

std::unique_ptr<Process> Service::State::take_idle() {
  while (!idle.empty()) {
    std::unique_ptr<Process> child = std::move(idle.back());
    idle.pop_back();
    if (child->is_alive()) return child;
  }
  return nullptr;
}

// Sends the request and gathers the reply; an error where the child closed its end.
Task<boost::system::error_code> Service::State::exchange(Process& child, RequestHeader header,
                                                         const std::string& source,
                                                         std::string& reply) {
  try {
    const std::array<asio::const_buffer, 2> request{asio::buffer(&header, sizeof header),
                                                    asio::buffer(source)};
    co_await asio::async_write(child.socket(), request, use_task);
    // Most replies come in one piece.
    std::string bytes(kReadBytes, '\0');
    std::size_t got = 0;
    std::size_t wanted = sizeof(ReplyHeader);
    while (got < wanted) {
      got += co_await child.socket().async_read_some(
          asio::buffer(bytes.data() + got, bytes.size() - got), use_task);
      if (got < sizeof(ReplyHeader)) continue;
      ReplyHeader reply_header;
      std::memcpy(&reply_header, bytes.data(), sizeof reply_header);
      if (reply_header.bytes > kReplyBytesMax) co_return asio::error::message_size;
      wanted = sizeof reply_header + reply_header.bytes;
      if (bytes.size() < wanted) bytes.resize(wanted);
    }
    reply = bytes.substr(sizeof(ReplyHeader), wanted - sizeof(ReplyHeader));
    co_return boost::system::error_code{};
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;  // the task was cancelled
    co_return error.code();
  }
}

Task<Result<Outline>> Service::State::ask(std::unique_ptr<Process> process, Language language,
                                          const std::string& source) {
  Lease lease(loop, std::move(process), options.time_limit);
  const auto cpu = std::chrono::ceil<std::chrono::seconds>(options.cpu_limit).count();
  const RequestHeader header{.source_bytes = static_cast<std::uint32_t>(source.size()),
                             .language = static_cast<std::uint32_t>(language),
                             .cpu_seconds_max = static_cast<std::uint32_t>(cpu),
                             .memory_bytes_max = options.memory_bytes_max};
  std::string reply;
  const boost::system::error_code error = co_await exchange(lease.child(), header, source, reply);
  if (!error) {
    Result<Outline> outline = decode(reply, header.source_bytes);
    if (outline) idle.push_back(lease.hand_back());
    co_return outline;
  }
  lease.child().kill();  // it has closed its socket or sends nonsense; without effect where it has
                         // ended already
  const End end = co_await lease.child().ended();
  if (lease.timed_out()) {
    co_return fail(Code::timeout, fmt::format("The parser did not finish this file within {}.",
                                              to_text(options.time_limit)));
  }
  co_return fail(end.out_of_time ? Code::timeout : Code::source_refused,
                 fmt::format("The parser {} on this file.", end.how));
}

Service::Service(Loop& loop, ServiceOptions options)
    : state_(std::make_unique<State>(loop, std::move(options))) {}

Service::~Service() = default;

std::size_t Service::busy() const {
  return state_->busy;
}

Task<Result<Outline>> Service::outline(Language language, std::shared_ptr<const std::string> source,
                                       std::function<void()> begins) {
  if (source->size() > state_->options.source_bytes_max) {
    co_return fail(Code::source_refused,
                   fmt::format("The file has {} bytes; outlines are made of at most {}.",
                               source->size(), state_->options.source_bytes_max));
  }
  const Counted counted(state_->busy);
  const Semaphore::Permit place = co_await state_->places.acquire();
  if (begins) begins();
  // What kills a child that has worked before need not be this file: only a new one tells.
  if (std::unique_ptr<Process> child = state_->take_idle()) {
    Result<Outline> outline = co_await state_->ask(std::move(child), language, *source);
    if (outline || outline.error().code == Code::timeout) co_return blamed(std::move(outline));
  }
  Result<std::unique_ptr<Process>> child =
      Process::start(state_->loop, state_->options.program, kChildArgument);
  if (!child) co_return std::unexpected(std::move(child.error()));
  Result<Outline> outline = co_await state_->ask(std::move(*child), language, *source);
  co_return blamed(std::move(outline));
}

}  // namespace docwright::outline
