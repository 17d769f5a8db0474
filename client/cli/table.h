// Rows of data in the four formats that every verb can write: table, json, jsonl, csv.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/output.h"
#include "runtime/json.h"

namespace docwright::cli {

enum class Format { table, json, jsonl, csv };
std::optional<Format> format_named(std::string_view name);

// A column of tables and CSV. JSON has all members of a row.
struct Column {
  enum class Align { left, right };
  // What gives way when a table is too wide for the terminal: nothing, the end of the text, or its
  // beginning (paths).
  enum class Cut { none, end, beginning };
  std::string key;    // member of the row; "a.b" reaches into an object
  std::string title;  // of the table; CSV is headed by the keys
  Align align = Align::left;
  Cut cut = Cut::none;
  std::function<std::string(const Json&)> text;  // for people; absent: the value as it is
  bool of_row = false;                           // `text` is made of the whole row, in CSV too
};

// The value at "a.b" of the row; null where there is none.
const Json& member(const Json& row, std::string_view key);
// A value as bare text: strings without quotes, null as nothing, the rest as JSON.
std::string plain_text(const Json& value);
// One CSV field (RFC 4180).
std::string csv_field(std::string_view text);
// Columns of a text on a terminal: one for each code point.
std::size_t width_of(std::string_view text);

// Writes rows as they come, but for tables, which are written at the end (their widths are known
// only then).
class RowWriter final {
 public:
  RowWriter(Output& output, Format format, std::vector<Column> columns);
  ~RowWriter();
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  void add(Json row);
  // Call once, after the last row.
  void end();

 private:
  void write_table();

  Output& output_;
  const Format format_;
  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> cells_;  // of a table
  std::size_t rows_ = 0;
};

// The rows of `array` at once.
void write_rows(Output& output, Format format, std::vector<Column> columns, const Json& array);

// One object: in a table each member is a line ("key  value"), in the order of `columns`.
void write_object(Output& output, Format format, const std::vector<Column>& columns,
                  const Json& object);

}  // namespace docwright::cli
