// result, export: documents, on stdout or as files.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"
#include "client/export_folder.h"
#include "client/markdown.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

struct ResultArguments {
  std::vector<std::string> ids;
  std::string project, tenant = "default", path, symbol;
  bool flagged = false;
  bool markdown = false;
};

// Whose documents: those of batches and jobs, or a project's latest.
struct Wanted {
  std::vector<std::string> ids;
  std::string project, tenant;
  bool flagged = false;
};

// The requests that together give what is wanted.
Result<std::vector<wire::ResultRequest>> requests_of(Session& session, const Wanted& wanted) {
  std::vector<wire::ResultRequest> requests;
  if (!wanted.project.empty()) {
    wire::ResultRequest& request = requests.emplace_back();
    request.project = wanted.project;
    request.tenant = wanted.tenant;
  } else {
    const auto selections = session.selections(wanted.ids);
    if (!selections) return std::unexpected(selections.error());
    for (const wire::Selection& which : *selections)
      requests.push_back(client::request_for<wire::ResultRequest>(which));
  }
  for (wire::ResultRequest& request : requests) {
    request.flagged = wanted.flagged;
    request.limit = wire::kPageMax;
  }
  return requests;
}

Result<void> each_document(Session& session, const std::vector<wire::ResultRequest>& requests,
                           const std::function<bool(wire::DocumentView)>& each) {
  const auto client = session.daemon();
  if (!client) return std::unexpected(client.error());
  for (const wire::ResultRequest& request : requests) {
    if (auto read = (*client)->each_document(request, each); !read) return read;
  }
  return {};
}

Result<Exit> nothing_found(Session& session, const ResultArguments& arguments) {
  session.out().say(arguments.flagged ? "No document is flagged."
                                      : "There are no documents (yet).");
  return arguments.project.empty() || arguments.flagged ? Exit::done : Exit::not_found;
}

Result<Exit> result(Session& session, const ResultArguments& arguments) {
  if (!arguments.project.empty() && !arguments.ids.empty()) {
    return fail(Code::invalid_request, "either IDs or --project, not both");
  }
  const auto requests = requests_of(session, {.ids = arguments.ids,
                                              .project = arguments.project,
                                              .tenant = arguments.tenant,
                                              .flagged = arguments.flagged});
  if (!requests) return std::unexpected(requests.error());
  const bool markdown = arguments.markdown || !session.format_given();
  RowWriter rows(session.out(), session.format(), document_columns());
  std::string path_before;
  std::int64_t count = 0;
  const auto read = each_document(session, *requests, [&](wire::DocumentView view) {
    if (!arguments.path.empty() && view.path != arguments.path) return true;
    if (!arguments.symbol.empty() && view.symbol != arguments.symbol) return true;
    ++count;
    if (markdown) {
      const std::string title = view.path == path_before ? "" : fmt::format("# {}\n\n", view.path);
      session.out().data(
          printable(fmt::format("{}{}{}\n", path_before.empty() || title.empty() ? "" : "\n", title,
                                client::markdown(view.document)),
                    true));
      path_before = view.path;
    } else {
      rows.add(wire::to_json(view));
    }
    return !session.out().closed();
  });
  if (!read) return std::unexpected(read.error());
  if (!markdown) rows.end();
  return count == 0 ? nothing_found(session, arguments) : Result<Exit>(Exit::done);
}

struct ExportArguments {
  std::string what, tenant = "default", format = "markdown", folder;
  bool flagged = false, project = false;
};

std::string_view suffix_of(const std::string& format) {
  if (format == "markdown") return ".md";
  return format == "json" ? ".json" : ".jsonl";
}

// Where in its source a record's definition begins, for documents that say so.
std::int64_t place_of(const Json& record) {
  const Json& range = member(record, "subject.extent");
  const Json& begin = range.is_array() && !range.empty() ? range[0] : range;
  return begin.is_number_integer() ? begin.get<std::int64_t>() : 0;
}

std::vector<Json> in_order_of_source(std::vector<Json> records) {
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  for (std::size_t i = 0; i < records.size(); ++i) order.emplace_back(place_of(records[i]), i);
  std::ranges::sort(order);
  std::vector<Json> sorted;
  for (const auto& [place, index] : order) sorted.push_back(std::move(records[index]));
  return sorted;
}

std::string render(const std::string& format, std::string_view path,
                   const std::vector<Json>& records) {
  if (format == "markdown") return printable(client::markdown_page(path, records), true);
  if (format == "json")
    return Json(records).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  std::string lines;
  for (const Json& record : records) lines += dump_json(record) + "\n";
  return lines;
}

// One file for each source; documents of one source follow each other.
class Exporter final {
 public:
  Exporter(client::ExportFolder& folder, const std::string& format, Output& out)
      : folder_(folder), format_(format), out_(out) {}

  // False: writing failed, the error is kept.
  bool add(wire::DocumentView view) {
    if (view.path != path_ && !flush()) return false;
    path_ = view.path;
    records_.push_back(std::move(view.document));
    return true;
  }

  bool flush() {
    if (records_.empty()) return true;
    const std::vector<Json> records = in_order_of_source(std::exchange(records_, {}));
    const auto target = client::export_path(path_, suffix_of(format_));
    if (!target) {
      out_.insist(printable(target.error().message));
      ++refused_;
      return true;
    }
    if (auto written = folder_.write(*target, render(format_, path_, records)); !written) {
      failure_ = std::move(written.error());
      return false;
    }
    ++files_;
    documents_ += static_cast<std::int64_t>(records.size());
    return true;
  }

  const std::optional<Error>& failure() const { return failure_; }
  std::int64_t files() const { return files_; }
  std::int64_t documents() const { return documents_; }
  std::int64_t refused() const { return refused_; }

 private:
  client::ExportFolder& folder_;
  const std::string& format_;
  Output& out_;
  std::string path_;
  std::vector<Json> records_;
  std::optional<Error> failure_;
  std::int64_t files_ = 0, documents_ = 0, refused_ = 0;
};

bool may_be_id(std::string_view what) {
  return what == "@last" || (what.size() >= wire::kIdPrefixBytes &&
                             what.find_first_not_of("0123456789abcdef-") == std::string::npos);
}

// A name is a project's unless it is the id of a batch or job that exists.
Result<std::vector<wire::ResultRequest>> export_requests(Session& session,
                                                         const ExportArguments& arguments) {
  const Wanted wanted{.ids = {},
                      .project = arguments.what,
                      .tenant = arguments.tenant,
                      .flagged = arguments.flagged};
  if (arguments.project || !may_be_id(arguments.what)) return requests_of(session, wanted);
  auto requests = requests_of(session, {.ids = {arguments.what},
                                        .project = {},
                                        .tenant = arguments.tenant,
                                        .flagged = arguments.flagged});
  if (requests) {
    const auto first = session.ask(requests->front());
    if (first) return requests;
    if (first.error().code != Code::not_found) return std::unexpected(first.error());
  } else if (requests.error().code != Code::not_found || arguments.what == "@last") {
    return requests;
  }
  return requests_of(session, wanted);
}

Result<Exit> export_documents(Session& session, const ExportArguments& arguments) {
  const auto requests = export_requests(session, arguments);
  if (!requests) return std::unexpected(requests.error());
  auto folder = client::ExportFolder::open(arguments.folder);
  if (!folder) return std::unexpected(folder.error());
  Exporter exporter(*folder, arguments.format, session.out());
  const auto read = each_document(
      session, *requests, [&](wire::DocumentView view) { return exporter.add(std::move(view)); });
  if (read && !exporter.failure()) exporter.flush();
  if (exporter.failure()) return std::unexpected(*exporter.failure());
  if (!read) return std::unexpected(read.error());
  if (exporter.files() + exporter.refused() == 0) {
    return fail(Code::not_found, fmt::format("'{}' has no documents: neither a batch nor a project",
                                             arguments.what));
  }
  if (session.common().json) {
    session.out().data(dump_json(Json{{"documents", exporter.documents()},
                                      {"files", exporter.files()},
                                      {"refused", exporter.refused()},
                                      {"folder", arguments.folder}}) +
                       "\n");
  }
  session.out().say(fmt::format("{} in {} below {}.", counted(exporter.documents(), "document"),
                                counted(exporter.files(), "file"), arguments.folder));
  return exporter.refused() == 0 ? Exit::done : Exit::failed;
}

}  // namespace

Verb result_verb() {
  return {"result", "Prints documents, as Markdown or data", [](Options& options) -> Action {
            auto arguments = std::make_shared<ResultArguments>();
            options.positionals("ID", arguments->ids, 0, "Batches or jobs; default @last");
            options.text("--project", "NAME", arguments->project,
                         "The latest documents of a project instead");
            options.text("--tenant", "NAME", arguments->tenant, "Whose project it is (default)");
            options.text("--path", "PATH", arguments->path, "Only of this source");
            options.text("--symbol", "SYMBOL", arguments->symbol, "Only of this definition");
            options.flag("--flagged", arguments->flagged,
                         "Only documents with findings that were not corrected");
            options.flag("--markdown", arguments->markdown,
                         "As Markdown (so it is unless -o is given)");
            return [arguments](Session& session) { return result(session, *arguments); };
          }};
}

Verb export_verb() {
  return {"export", "Writes documents into a folder that mirrors the sources",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<ExportArguments>();
            options.positional("BATCH|PROJECT", arguments->what,
                               "An id, @last, or a project's name");
            options.choice("--format", arguments->format, {"markdown", "json", "jsonl"},
                           "What files hold (markdown)");
            options.required_text("-o,--output", "DIR", arguments->folder,
                                  "The folder; made where there is none");
            options.text("--tenant", "NAME", arguments->tenant, "Whose project it is (default)");
            options.flag("--project", arguments->project,
                         "The name is a project's, whatever it looks like");
            options.flag("--flagged", arguments->flagged,
                         "Only documents with findings that were not corrected");
            return [arguments](Session& session) { return export_documents(session, *arguments); };
          }};
}

}  // namespace docwright::cli
