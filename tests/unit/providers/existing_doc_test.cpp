#include "providers/offline/existing_doc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docwright::providers::offline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ExistingDoc, PlainDocstring) {
  const ExistingDoc doc = read_existing(
      "\"\"\"Parse a date.  Accepts e.g. ISO dates.\n\n    More words\n    here.\n\n    And "
      "here.\n    \"\"\"");
  EXPECT_EQ(doc.summary, "Parse a date.");
  EXPECT_EQ(doc.description, "Accepts e.g. ISO dates.\n\nMore words here.\n\nAnd here.");
}

TEST(ExistingDoc, GoogleStyle) {
  const ExistingDoc doc = read_existing(R"(Fetches rows.

    Args:
        table (Table): An open table
            to read from.
        *keys: Keys to fetch.
        limit:
            How many at most.

    Returns:
        A dict of rows, or
        nothing.

    Yields:
        Rows.

    Raises:
        IOError: When the table is gone.

    Example:
        >>> fetch(t)

    Closing words.
    )");
  EXPECT_EQ(doc.summary, "Fetches rows.");
  EXPECT_EQ(doc.description, "Closing words.");
  EXPECT_THAT(doc.parameters,
              ElementsAre(Pair("keys", "Keys to fetch."), Pair("limit", "How many at most."),
                          Pair("table", "An open table to read from.")));
  EXPECT_EQ(doc.returns, "A dict of rows, or nothing.");
  EXPECT_EQ(doc.yields, "Rows.");
  EXPECT_THAT(doc.raises, ElementsAre(Pair("IOError", "When the table is gone.")));
}

TEST(ExistingDoc, SphinxStyle) {
  const ExistingDoc doc = read_existing(R"(
    Sends a message.

    :param str sender: Who sends
        the message.
    :param body: The words.
    :type body: str
    :returns: The number.
    :rtype: int
    :raises ValueError: When empty.
    :raise TypeError: When no text.

    Afterwards.)");
  EXPECT_EQ(doc.summary, "Sends a message.");
  EXPECT_THAT(doc.parameters,
              ElementsAre(Pair("body", "The words."), Pair("sender", "Who sends the message.")));
  EXPECT_EQ(doc.returns, "The number.");
  EXPECT_THAT(doc.raises,
              ElementsAre(Pair("TypeError", "When no text."), Pair("ValueError", "When empty.")));
  EXPECT_EQ(doc.description, "Afterwards.");
}

TEST(ExistingDoc, NumpyStyle) {
  const ExistingDoc doc = read_existing(R"(Adds numbers.

    Parameters
    ----------
    first : int
        The first one.
    second : {int, float}, optional
        The second
        one.

    Returns
    -------
    int
        Their sum.

    Raises
    ------
    OverflowError
        When too large.)");
  EXPECT_EQ(doc.summary, "Adds numbers.");
  EXPECT_THAT(doc.parameters,
              ElementsAre(Pair("first", "The first one."), Pair("second", "The second one.")));
  EXPECT_EQ(doc.returns, "int Their sum.");
  EXPECT_THAT(doc.raises, ElementsAre(Pair("OverflowError", "When too large.")));
}

TEST(ExistingDoc, DoxygenStyle) {
  const ExistingDoc doc = read_existing(R"(/**
   * @brief Opens the file. It must exist.
   *
   * Words on their own.
   *
   * @param[in] path  Where it is,
   *                  relative or not.
   * @param mode how
   * @tparam T the kind
   * @return A handle.
   * @throws std::system_error When it cannot
   *         be opened.
   */)");
  EXPECT_EQ(doc.summary, "Opens the file.");
  EXPECT_EQ(doc.description, "It must exist.\n\nWords on their own.");
  EXPECT_THAT(doc.parameters, ElementsAre(Pair("T", "the kind"), Pair("mode", "how"),
                                          Pair("path", "Where it is, relative or not.")));
  EXPECT_EQ(doc.returns, "A handle.");
  EXPECT_THAT(doc.raises, ElementsAre(Pair("std::system_error", "When it cannot be opened.")));
}

TEST(ExistingDoc, LineComments) {
  const ExistingDoc doc = read_existing("/// Closes it.\n/// \\param force at once\n//! more\n");
  EXPECT_EQ(doc.summary, "Closes it.");
  EXPECT_THAT(doc.parameters, ElementsAre(Pair("force", "at once more")));
  EXPECT_EQ(read_existing("# Helper for tests.\n# Not for others.\n").description,
            "Not for others.");
}

TEST(ExistingDoc, NothingAndNonsense) {
  for (const char* text : {"", "   \n\n", "\"\"\"\"\"\"", "/***/", "'", "\"", ":", "::", "@", "\\",
                           "Args:", "Args:\n", ":param:", ":param x"}) {
    const ExistingDoc doc = read_existing(text);
    EXPECT_THAT(doc.raises, IsEmpty()) << text;
  }
}

TEST(ExistingDoc, ASentenceThatNeverEndsIsTheWholeParagraph) {
  EXPECT_EQ(read_existing("no period here\nnor here\n\nbut here.").summary,
            "no period here nor here");
}

}  // namespace
}  // namespace docwright::providers::offline
