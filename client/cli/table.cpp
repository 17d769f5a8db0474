#include "client/cli/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "runtime/characters.h"

namespace docwright::cli {
namespace {

constexpr std::size_t kGap = 2;       // blanks between columns
constexpr std::size_t kLeastCut = 8;  // a column is never cut below this width
constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kReset = "\x1b[0m";

// The first `width` code points.
std::string_view first(std::string_view text, std::size_t width) {
  std::size_t end = 0;
  while (end < text.size() && width > 0) {
    ++end;
    while (end < text.size() && is_continuation(text[end])) ++end;
    --width;
  }
  return text.substr(0, end);
}

std::string cut(std::string_view text, std::size_t width, Column::Cut how) {
  const std::size_t whole = width_of(text);
  if (whole <= width || width == 0) return std::string(text);
  if (how == Column::Cut::beginning) {
    return fmt::format("{}{}", kEllipsis, text.substr(first(text, whole - width + 1).size()));
  }
  return fmt::format("{}{}", first(text, width - 1), kEllipsis);
}

// Takes from the widest of the columns that may be cut until the row fits.
void fit(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t room) {
  const std::size_t gaps = kGap * (widths.size() - 1);
  while (std::accumulate(widths.begin(), widths.end(), gaps) > room) {
    std::optional<std::size_t> widest;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (columns[i].cut == Column::Cut::none || widths[i] <= kLeastCut) continue;
      if (!widest || widths[i] > widths[*widest]) widest = i;
    }
    if (!widest) return;  // as narrow as it gets: the terminal wraps
    --widths[*widest];
  }
}

std::string cell_text(const Column& column, const Json& row) {
  if (column.of_row) return printable(column.text(row));
  const Json& value = member(row, column.key);
  return printable(column.text ? column.text(value) : plain_text(value));
}

std::string padded(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                   const std::vector<Column>& columns) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string text = cut(cells[i], widths[i], columns[i].cut);
    const std::size_t used = width_of(text);
    const std::string blanks(widths[i] > used ? widths[i] - used : 0, ' ');
    if (i > 0) line.append(kGap, ' ');
    line += columns[i].align == Column::Align::right ? blanks + text : text + blanks;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string csv_line(const std::vector<std::string>& fields) {
  return fmt::format("{}\r\n", fmt::join(fields, ","));
}

std::string csv_head(const std::vector<Column>& columns) {
  std::vector<std::string> heads;
  for (const Column& column : columns) heads.push_back(csv_field(column.key));
  return csv_line(heads);
}

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  if (name == "table") return Format::table;
  if (name == "json") return Format::json;
  if (name == "jsonl") return Format::jsonl;
  if (name == "csv") return Format::csv;
  return std::nullopt;
}

const Json& member(const Json& row, std::string_view key) {
  static const Json null;
  const auto dot = key.find('.');
  const auto found = row.is_object() ? row.find(std::string(key.substr(0, dot))) : row.end();
  if (!row.is_object() || found == row.end()) return null;
  return dot == std::string_view::npos ? *found : member(*found, key.substr(dot + 1));
}

std::string plain_text(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return dump_json(value);
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::size_t width_of(std::string_view text) {
  return count_characters(text);
}

RowWriter::RowWriter(Output& output, Format format, std::vector<Column> columns)
    : output_(output), format_(format), columns_(std::move(columns)) {}

RowWriter::~RowWriter() = default;

void RowWriter::add(Json row) {
  const bool is_first = rows_++ == 0;
  switch (format_) {
    case Format::table: {
      std::vector<std::string> cells;
      for (const Column& column : columns_) cells.push_back(cell_text(column, row));
      cells_.push_back(std::move(cells));
      break;
    }
    case Format::json:
      output_.data(fmt::format("{}{}", is_first ? "[\n  " : ",\n  ", dump_json(row)));
      break;
    case Format::jsonl:
      output_.data(dump_json(row) + "\n");
      break;
    case Format::csv: {
      std::vector<std::string> fields;
      for (const Column& column : columns_) {
        fields.push_back(
            csv_field(column.of_row ? column.text(row) : plain_text(member(row, column.key))));
      }
      output_.data((is_first ? csv_head(columns_) : "") + csv_line(fields));
      break;
    }
  }
}

void RowWriter::end() {
  if (format_ == Format::json) output_.data(rows_ == 0 ? "[]\n" : "\n]\n");
  // What reads a table by its head finds one in an empty table, too.
  if (format_ == Format::csv && rows_ == 0) output_.data(csv_head(columns_));
  if (format_ == Format::table && !cells_.empty()) write_table();
}

void RowWriter::write_table() {
  std::vector<std::string> heads;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    heads.push_back(column.title);
    widths.push_back(width_of(column.title));
  }
  for (const auto& cells : cells_) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], width_of(cells[i]));
  }
  const Look& look = output_.look();
  if (look.terminal) fit(widths, columns_, static_cast<std::size_t>(look.columns));
  const std::string head = padded(heads, widths, columns_);
  std::string text = look.color ? fmt::format("{}{}{}\n", kBold, head, kReset) : head + "\n";
  for (const auto& cells : cells_) text += padded(cells, widths, columns_) + "\n";
  output_.data(text);
}

void write_rows(Output& output, Format format, std::vector<Column> columns, const Json& array) {
  RowWriter writer(output, format, std::move(columns));
  for (const Json& row : array) writer.add(row);
  writer.end();
}

void write_object(Output& output, Format format, const std::vector<Column>& columns,
                  const Json& object) {
  if (format == Format::json)
    return output.data(object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  if (format != Format::table) {
    RowWriter writer(output, format, columns);
    writer.add(object);
    return writer.end();
  }
  std::size_t width = 0;
  for (const Column& column : columns) width = std::max(width, width_of(column.title));
  std::string text;
  for (const Column& column : columns) {
    const std::string value = cell_text(column, object);
    if (value.empty()) continue;
    text += fmt::format("{}{}{}\n", column.title,
                        std::string(width - width_of(column.title) + kGap, ' '), value);
  }
  output.data(text);
}

}  // namespace docwright::cli
