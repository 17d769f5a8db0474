// Every fact of Python, one at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/outline/describe.h"

namespace docwright::outline {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

class PythonCases : public testing::TestWithParam<Case> {};

TEST_P(PythonCases, AreRead) {
  EXPECT_THAT(described(Language::python, GetParam().source),
              ElementsAreArray(GetParam().definitions));
}

const std::vector<Case>& cases() {
  static const std::vector<Case> cases{
      {"parameter kinds",
       "def f(a, b: int, /, c=1, *args: str, d, e: 'X' = None, **kw): pass\n",
       {"1-1 function f(a, b: int, c = 1, args: str [variadic], d [keyword], e: 'X' = None "
        "[keyword], kw [keyword_variadic])"}},
      {"bare star", "def f(a, *, b): pass\n", {"1-1 function f(a, b [keyword])"}},
      {"defaults as written",
       "def f(a=(1,\n  2), b=\"x y\", c=lambda: 0): pass\n",
       {"1-2 function f(a = (1, 2), b = \"x y\", c = lambda: 0)"}},
      {"comments among parameters",
       "def f(a,  # first\n      # second\n      b=1): pass\n",
       {"1-3 function f(a, b = 1)"}},
      {"line continuation among parameters",
       "def f(a, \\\n      *, b): pass\n",
       {"1-2 function f(a, b [keyword])"}},
      {"receivers are not listed",
       "class A:\n  def f(self, x): pass\n  @classmethod\n  def g(cls): pass\n  @staticmethod\n  "
       "def h(self): pass\n",
       {"1-6 class A", "2-2 method A.f(x)", "3-4 method A.g flags(class)",
        "5-6 method A.h(self) flags(static)"}},
      {"self outside of a class is a parameter", "def f(self): pass\n", {"1-1 function f(self)"}},
      {"constructor",
       "class A:\n  def __init__(self, x): pass\n",
       {"1-2 class A", "2-2 constructor A.__init__(x)"}},
      {"type parameters",
       "def f[T, U: int, *Ts, **P](x: T) -> U: return x\nclass A[T](B): pass\n",
       {"1-1 function f<T, U: int, Ts [variadic], P [variadic]>(x: T) -> U returns",
        "2-2 class A<T>"}},
      {"return values",
       "def a(): return 1\ndef b(): return\ndef c(): return None\ndef d() -> int: ...\ndef e() -> "
       "None: ...\n"
       "def f() -> int: print()\ndef g():\n  def h(): return 1\n",
       {"1-1 function a returns", "2-2 function b", "3-3 function c",
        "4-4 function d -> int returns", "5-5 function e -> None", "6-6 function f -> int",
        "7-8 function g", "8-8 function g.h returns private"}},
      {"yields",
       "def a(): yield 1\ndef b(): x = yield from c()\ndef d(): return (lambda: (yield))\nasync "
       "def e(): yield\n",
       {"1-1 function a yields", "2-2 function b yields", "3-3 function d returns",
        "4-4 function e yields flags(async)"}},
      {"raised types",
       "def f(e):\n  raise ValueError\n  raise a.b.C(1) from None\n  raise\n  raise e\n  raise "
       "make_error()\n  raise socket.error(1)\n  raise KeyError, 'x'\n"
       "  def g():\n    raise TypeError\n  raise ValueError()\n",
       {"1-11 function f(e) raises(KeyError, ValueError, a.b.C, socket.error)",
        "9-10 function f.g raises(TypeError) private"}},
      {"raised variables",
       "def f():\n  error = OSError(1)\n  raise error\n  try: pass\n  except KeyError as k: raise "
       "k\n",
       {"1-5 function f raises(OSError)"}},
      {"raised by attribute of self",
       "class A:\n  def f(self):\n    raise self.Error()\n    raise self.error()\n",
       {"1-4 class A", "2-4 method A.f raises(Error)"}},
      {"decorators",
       "class A:\n  @property\n  @abc.abstractmethod\n  def x(self): return 1\n  @x.setter\n  def "
       "x(self, v): pass\n  @typing.overload\n  def f(self): ...\n",
       {"1-8 class A", "2-4 method A.x returns flags(property, abstract)",
        "5-6 method A.x~2(v) flags(property)", "7-8 method A.f flags(overload)"}},
      {"conditional definitions",
       "if a:\n  def f(): pass\nelse:\n  def f(x): pass\n",
       {"2-2 function f", "4-4 function f~2(x)"}},
      {"names are private by their underscore",
       "def _f(): pass\nclass __A: pass\nclass B:\n  def __len__(self): return 1\n  def _g(self): "
       "pass\n",
       {"1-1 function _f private", "2-2 class __A private", "3-5 class B",
        "4-4 method B.__len__ returns", "5-5 method B._g private"}},
      {"extents take comments and decorators in",
       "x = 1\n# about f\n# more\n@deco\ndef f():\n  pass  # trailing\n\n# not about g\n\ndef g(): "
       "pass\n",
       {"2-6 function f", "10-10 function g"}},
      {"a deeper comment belongs to the block above",
       "def f():\n  pass\n  # end of f\ndef g(): pass\n",
       {"1-3 function f", "4-4 function g"}},
      {"two on one line share it",
       "class A: pass; x = 1\nclass B:\n  def f(self): pass\n",
       {"1-1 class A", "2-3 class B", "3-3 method B.f"}},
      {"docstrings",
       "def a():\n  'doc'\ndef b():\n  # c\n  r\"\"\"doc\"\"\"\ndef c():\n  b'no'\ndef d():\n  "
       "f'no'\ndef e():\n  'a' 'b'\ndef g(): 'one line'\ndef h():\n  x = 1\n  'no'\n",
       {"1-2 function a doc", "3-5 function b doc", "6-7 function c", "8-9 function d",
        "10-11 function e doc", "12-12 function g doc", "13-15 function h"}},
      {"annotations in quotes",
       "def f() -> \"NoReturn\": raise SystemExit\ndef g() -> 'int': ...\n",
       {"1-1 function f -> \"NoReturn\" raises(SystemExit)", "2-2 function g -> 'int' returns"}},
      {"CRLF", "def f(a,\r\n      b=1):\r\n  return a\r\n", {"1-3 function f(a, b = 1) returns"}},
      {"names beyond ASCII",
       "class Größe:\n  def wert(self, ä='ö'): return ä\n",
       {"1-2 class Größe", "2-2 method Größe.wert(ä = 'ö') returns"}},
      {"no end of line at the end", "def f(): pass", {"1-1 function f"}},
      {"Python 2", "def f():\n  print 'x'\n  raise E, 'x'\n", {"1-3 function f raises(E)"}},
  };
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Facts, PythonCases, testing::ValuesIn(cases()));

Outline outline_of(std::string_view source) {
  return outline_source(Language::python, source);
}

TEST(PythonTest, SignatureIsOneLineWithoutBody) {
  const Outline outline = outline_of(
      "async  def f(a,   # x\n  b = 1) \\\n  -> int:  # y\n  return a\nclass A(B,\n  metaclass=C): "
      "pass\n");
  EXPECT_EQ(outline.definitions.at(0).signature, "async def f(a, b = 1) -> int");
  EXPECT_EQ(outline.definitions.at(1).signature, "class A(B, metaclass=C)");
}

TEST(PythonTest, DocumentationIsKeptAsWritten) {
  const Outline outline = outline_of("'''module'''\ndef f():\n  r'''a\n  b'''\n");
  EXPECT_EQ(outline.module_doc, "'''module'''");
  EXPECT_EQ(outline.definitions.at(0).existing_doc, "r'''a\n  b'''");
}

TEST(PythonTest, BodyIsTheDefinitionWithoutDecorators) {
  const std::string_view source = "# c\n@d\ndef f(): pass\n";
  const Outline outline = outline_of(source);
  const Range body = outline.definitions.at(0).body;
  EXPECT_EQ(source.substr(body.begin, body.end - body.begin), "def f(): pass");
}

TEST(PythonTest, ParentsPrecedeTheirChildren) {
  const Outline outline =
      outline_of("class A:\n  class B:\n    def f(self): pass\n  def g(self): pass\n");
  std::vector<int> parents;
  for (const Definition& definition : outline.definitions) parents.push_back(definition.parent);
  EXPECT_THAT(parents, ElementsAre(-1, 0, 1, 0));
}

TEST(PythonTest, WhatIsSoundIsKeptBesideErrors) {
  const std::string_view source =
      "def a(): pass\n\ndef b(x y): pass\n\ndef c(): return 1\n\nclass D:\n  def e(self): pass\n  "
      "x = = 1\n  def f(self): pass\n";
  const Outline outline = outline_of(source);
  std::vector<std::string> symbols;
  for (const Definition& definition : outline.definitions) symbols.push_back(definition.symbol);
  EXPECT_THAT(symbols, testing::Contains("a"));
  EXPECT_THAT(symbols, testing::Not(testing::Contains("b")));
  EXPECT_THAT(symbols, testing::Contains("c"));
  EXPECT_THAT(symbols, testing::Contains("D.e"));
  EXPECT_THAT(outline.broken, testing::Not(IsEmpty()));
  EXPECT_EQ(outline.fallback, "");
}

TEST(PythonTest, NothingIsDefinedInNothing) {
  for (const char* source : {"", "\n", "# only a comment", "x = 1\n", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(outline_of(source).definitions, IsEmpty()) << source;
  }
}

TEST(PythonTest, DeepNestingEnds) {
  std::string source;
  for (int depth = 0; depth < 3000; ++depth)
    source += std::string(static_cast<std::size_t>(depth), ' ') + "def f():\n";
  const Outline outline = outline_of(source);
  EXPECT_LE(outline.definitions.size(), 101u);
}

TEST(PythonTest, TooManyDefinitionsAreNoOutline) {
  std::string source;
  for (int i = 0; i < 20'001; ++i) source += "def f(): pass\n";
  EXPECT_EQ(outline_of(source).fallback, "more than 20000 definitions");
}

}  // namespace
}  // namespace docwright::outline
