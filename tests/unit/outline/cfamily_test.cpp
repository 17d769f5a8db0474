// Every fact of C and C++, one at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/outline/describe.h"

namespace docwright::outline {
namespace {

using testing::Contains;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::Not;

class CppCases : public testing::TestWithParam<Case> {};

TEST_P(CppCases, AreRead) {
  EXPECT_THAT(described(Language::cpp, GetParam().source),
              ElementsAreArray(GetParam().definitions));
}

const std::vector<Case>& cpp_cases() {
  static const std::vector<Case> cases{
      {"function",
       "int add(int a, int b = 1) { return a + b; }\n",
       {"1-1 function add(a: int, b: int = 1) -> int returns"}},
      {"prototype",
       "void f(const char* text, int);\n",
       {"1-1 function f(text: const char*) -> void flags(declaration)"}},
      {"void parameters", "int f(void);\n", {"1-1 function f -> int returns flags(declaration)"}},
      {"types around names",
       "void f(int (*call)(int), int list[3], char** out, std::vector<int>&& v);\n",
       {"1-1 function f(call: int (*)(int), list: int [3], out: char**, v: std::vector<int>&&) -> "
        "void flags(declaration)"}},
      {"variadic",
       "int print(const char* format, ...);\n",
       {"1-1 function print(format: const char*) -> int returns flags(variadic, declaration)"}},
      {"results that are pointers and references",
       "const char* a();\nstd::string& b();\nauto c() -> int;\nauto d() { return 1; }\nauto e() "
       "{}\n",
       {"1-1 function a -> const char* returns flags(declaration)",
        "2-2 function b -> std::string& returns flags(declaration)",
        "3-3 function c -> int returns flags(declaration)", "4-4 function d -> auto returns",
        "5-5 function e -> auto"}},
      {"namespaces",
       "namespace a::b {\nnamespace {\nvoid f();\n}\nvoid g();\n}\nnamespace a { void h(); }\n",
       {"1-6 namespace a::b", "3-3 function a::b::f -> void flags(declaration) private",
        "5-5 function a::b::g -> void flags(declaration)", "7-7 namespace a",
        "7-7 function a::h -> void flags(declaration)"}},
      {"class with access",
       "class A : public B {\n  int f();\n public:\n  int g() const;\n protected:\n  int "
       "h();\n};\nstruct C { int f(); };\n",
       {"1-7 class A", "2-2 method A::f -> int returns flags(declaration) private",
        "4-4 method A::g -> int returns flags(const, declaration)",
        "6-6 method A::h -> int returns flags(declaration) protected", "8-8 struct C",
        "8-8 method C::f -> int returns flags(declaration)"}},
      {"special members",
       "struct A {\n  explicit A(int x) : x_(x) {}\n  A(const A&) = delete;\n  virtual ~A() = "
       "default;\n  A& operator=(A&& other) noexcept;\n"
       "  operator bool() const;\n  int operator()(int i) const { return i; }\n};\n",
       {"1-8 struct A", "2-2 constructor A::A(x: int) flags(explicit)",
        "3-3 constructor A::A~2 flags(deleted)", "4-4 destructor A::~A flags(virtual, defaulted)",
        "5-5 operator A::operator=(other: A&&) -> A& returns flags(noexcept, declaration)",
        "6-6 operator A::operator bool -> bool returns flags(const, declaration)",
        "7-7 operator A::operator()(i: int) -> int returns flags(const)"}},
      {"virtual functions",
       "struct A {\n  virtual int f() = 0;\n  int g() const noexcept override;\n  void h() "
       "final;\n  static constexpr int k() { return 1; }\n};\n",
       {"1-6 struct A", "2-2 method A::f -> int returns flags(virtual, abstract, declaration)",
        "3-3 method A::g -> int returns flags(const, noexcept, override, declaration)",
        "4-4 method A::h -> void flags(final, declaration)",
        "5-5 method A::k -> int returns flags(static, constexpr)"}},
      {"templates",
       "template <typename T, int N = 3, class... Rest>\nT f(T&& t, Rest&&... rest);\ntemplate "
       "<class T> struct A {};\ntemplate <> struct A<int> { void f(); };\n",
       {"1-2 function f<T: typename, N: int = 3, Rest: class... [variadic]>(t: T&&, rest: "
        "Rest&&... [variadic]) -> T returns flags(variadic, "
        "declaration, template)",
        "3-3 struct A<T: class> flags(template)", "4-4 struct A<int> flags(template)",
        "4-4 method A<int>::f -> void flags(declaration)"}},
      {"members defined outside",
       "namespace n {\nclass A { public: virtual int f(int x = 1); A(); };\nA::A() {}\nint "
       "A::f(int x) { return x; }\ntemplate <class T> void B<T>::g() {}\n}\n",
       {"1-6 namespace n", "2-2 class n::A", "3-3 constructor n::A::A",
        "4-4 method n::A::f(x: int = 1) -> int returns flags(virtual)",
        "5-5 method n::B::g<T: class> -> void flags(template)"}},
      {"a prototype gives way to its definition",
       "int f(int a);\nint f(int a) { return a; }\nint f(char a);\n",
       {"2-2 function f(a: int) -> int returns",
        "3-3 function f~2(a: char) -> int returns flags(declaration)"}},
      {"unnamed parameters tell overloads apart",
       "int f(int);\nint f(double) { return 1; }\nvoid g(char*, int = 3);\nvoid g(char* a, int b) "
       "{}\nint f(char* (*)(int));\n",
       {"1-1 function f -> int returns flags(declaration)", "2-2 function f~2 -> int returns",
        "4-4 function g(a: char*, b: int = 3) -> void",
        "5-5 function f~3 -> int returns flags(declaration)"}},
      {"pointers to members",
       "void f(int A::* data, int (n::A::*call)(int) const);\n",
       {"1-1 function f(data: int A::*, call: int (n::A::*)(int) const) -> void "
        "flags(declaration)"}},
      {"results that are pointers to functions and arrays",
       "void (*choose(int x))(int, char);\nchar* (*rows(int n))[3];\n",
       {"1-1 function choose(x: int) -> void (*)(int, char) returns flags(declaration)",
        "2-2 function rows(n: int) -> char * (*)[3] returns flags(declaration)"}},
      {"a handler around a constructor is no function",
       "struct B {\n  B(int a) : c(a) try { } catch (...) { }\n  int c;\n};\n",
       {"1-4 struct B"}},
      {"friends",
       "class A {\n  friend class B;\n  friend bool operator==(A a, A b) { return true; }\n  "
       "friend void g(A a);\n};\n",
       {"1-5 class A",
        "3-3 operator A::operator==(a: A, b: A) -> bool returns flags(friend) private",
        "4-4 function A::g(a: A) -> void flags(declaration, friend) private"}},
      {"thrown types",
       "void f(int x, const E& given) {\n  throw std::runtime_error(\"a\");\n  throw A{1};\n  B "
       "b(1);\n  throw b;\n  auto c = n::C(2);\n  throw c;\n  throw given;\n"
       "  throw;\n  throw make_error();\n  throw D::create(1);\n  auto l = [] { throw L(); };\n  "
       "struct S { void g() { throw M(); } };\n  throw new N;\n}\n",
       {"1-15 function f(x: int, given: const E&) -> void raises(A, B, D, E, n::C, "
        "std::runtime_error)"}},
      {"coroutines",
       "Task<int> f() { co_yield 1; co_return 2; }\n",
       {"1-1 function f -> Task<int> returns yields flags(generator)"}},
      {"types",
       "enum class E : int { a };\nenum F { b };\nunion U { int a; };\nstruct { int x; } "
       "unnamed;\nclass Forward;\nenum { c };\n",
       {"1-1 enum E flags(scoped)", "2-2 enum F", "3-3 union U", "4-4 struct unnamed"}},
      {"aliases",
       "using A = int;\ntypedef int (*call)(int);\ntemplate <class T> using V = "
       "std::vector<T>;\nusing std::string;\n",
       {"1-1 type_alias A", "2-2 type_alias call", "3-3 type_alias V<T: class> flags(template)"}},
      {"concepts",
       "template <class T>\nconcept Sized = requires(T t) { t.size(); };\n",
       {"1-2 concept Sized<T: class> flags(template)"}},
      {"macros",
       "#define MAX(a, b) \\\n  ((a) > (b))\n#define LOG(...) f(__VA_ARGS__)\n#define LIMIT 3\n",
       {"1-2 macro MAX(a, b)", "3-3 macro LOG flags(variadic)"}},
      {"extern C",
       "extern \"C\" {\nint f(int a);\n}\nextern \"C\" void g();\n",
       {"2-2 function f(a: int) -> int returns flags(declaration)",
        "4-4 function g -> void flags(declaration)"}},
      {"variables are none of them",
       "int a = 1, *b;\nstd::string s(\"x\");\nauto l = [](int x) { return x; };\nint "
       "(*pointer)(int);\nextern int c;\n",
       {}},
      {"local things are none of them",
       "void f() {\n  int g();\n  struct S { void h(); };\n  auto l = [] { return 1; };\n  "
       "return;\n}\n",
       {"1-6 function f -> void"}},
      {"attributes",
       "[[nodiscard]] int f();\n[[deprecated(\"x\")]] void g();\n",
       {"1-1 function f -> int returns flags(declaration)",
        "2-2 function g -> void flags(deprecated, declaration)"}},
      {"empty braces as a default value",
       "void f(A a = {}, int b = 1) {}\n",
       {"1-1 function f(a: A = {}, b: int = 1) -> void"}},
      {"comments that document",
       "/// One.\nint a();\n\n// Two,\n// in lines.\nint b();\n\n/* far */\n\nint c();\n/** Three. "
       "*/\ntemplate <class T>\nint d();\nint e();  ///< Four.\n//----\nint g();\n",
       {"1-2 function a -> int returns flags(declaration) doc",
        "4-6 function b -> int returns flags(declaration) doc",
        "10-10 function c -> int returns flags(declaration)",
        "11-13 function d<T: class> -> int returns flags(declaration, template) doc",
        "14-14 function e -> int returns flags(declaration) doc",
        "15-16 function g -> int returns flags(declaration)"}},
      {"try as a body",
       "int f() try { return 1; } catch (...) { throw; }\n",
       {"1-1 function f -> int returns"}},
      {"conditionals around definitions",
       "#ifdef A\nint f();\n#else\nint f(int a);\n#endif\n",
       {"2-2 function f -> int returns flags(declaration)",
        "4-4 function f~2(a: int) -> int returns flags(declaration)"}},
  };
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Facts, CppCases, testing::ValuesIn(cpp_cases()));

// Macros and conditionals: what stands between the parser and the definitions.
const std::vector<Case>& masked_cases() {
  static const std::vector<Case> cases{
      {"a macro that opens a namespace",
       "BEGIN_NAMESPACE\nnamespace a {\nint f();\n}\nEND_NAMESPACE\n",
       {"1-4 namespace a", "3-3 function a::f -> int returns flags(declaration)"}},
      {"a macro that exports a class",
       "class MY_API A final : public B {\n public:\n  MY_API int f() const MY_NOEXCEPT;\n};\n",
       {"1-4 class A", "3-3 method A::f -> int returns flags(const, declaration)"}},
      {"attributes on lines of their own",
       "struct A {\n  NON_NULL(1, 2)\n  WARN_UNUSED\n  static int* f(int* p);\n};\n",
       {"1-5 struct A", "2-4 method A::f(p: int*) -> int* returns flags(static, declaration)"}},
      {"a macro before a constructor may be a type",
       "struct A {\n  DEPRECATED\n  A(int a) {}\n};\n",
       {"1-4 struct A", "2-3 constructor A::A(a: int)"}},
      {"a macro for access",
       "class A {\n PRIVATE_UNLESS_TESTED:\n  int f();\n};\n",
       {"1-4 class A", "3-3 method A::f -> int returns flags(declaration) private"}},
      {"calling conventions",
       "int WINAPI f(int a);\nchar* ZEXPORT g(void);\n",
       {"1-1 function f(a: int) -> int returns flags(declaration)",
        "2-2 function g -> char* returns flags(declaration)"}},
      {"types in upper case stay",
       "FILE* f(DWORD a);\nHRESULT\ng(int a);\nstatic BOOL h();\n",
       {"1-1 function f(a: DWORD) -> FILE* returns flags(declaration)",
        "2-3 function g(a: int) -> HRESULT returns flags(declaration)",
        "4-4 function h -> BOOL returns flags(static, declaration) private"}},
      {"glibc",
       "extern int f (int a) __THROW __nonnull ((1)) __wur;\n",
       {"1-1 function f(a: int) -> int returns flags(declaration)"}},
      {"try and catch as macros",
       "int f() {\n  MY_TRY {\n    return 1;\n  }\n  MY_CATCH (const E& e) {\n    throw X();\n  "
       "}\n}\nint g();\n",
       {"1-8 function f -> int returns raises(X)",
        "9-9 function g -> int returns flags(declaration)"}},
      {"a conditional that cuts a head",
       "#if A\nint f(int a) noexcept\n#else\nint f(int b)\n#endif\n{\n  return 1;\n}\n",
       {"2-8 function f(a: int) -> int returns flags(noexcept)"}},
      {"a conditional that cuts a body",
       "void f(int a) {\n#ifdef A\n  if (a) {\n#else\n  {\n#endif\n  }\n}\nint g();\n",
       {"1-8 function f(a: int) -> void", "9-9 function g -> int returns flags(declaration)"}},
      {"a conditional among parameters",
       "void f(int a\n#ifdef A\n, int b\n#endif\n);\n",
       {"1-5 function f(a: int, b: int) -> void flags(declaration)"}},
      {"extern C for C++ only",
       "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(int a);\n#ifdef __cplusplus\n}\n#endif\n",
       {"4-4 function f(a: int) -> int returns flags(declaration)"}},
      {"#if 0",
       "#if 0\nint f();\nit's no code\n#endif\nint g();\n",
       {"5-5 function g -> int returns flags(declaration)"}},
      {"macros in strings and comments are none",
       "// FOO_BAR class\nconst char* f() { return \"FOO_BAR class X\"; }\n",
       {"1-2 function f -> const char* returns doc"}},
      {"tests by macro", "TEST(Suite, Name) {\n  int a = 1;\n}\n", {"1-3 function TEST"}},
  };
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Masked, CppCases, testing::ValuesIn(masked_cases()));

class CCases : public testing::TestWithParam<Case> {};

TEST_P(CCases, AreRead) {
  EXPECT_THAT(described(Language::c, GetParam().source), ElementsAreArray(GetParam().definitions));
}

const std::vector<Case>& c_cases() {
  static const std::vector<Case> cases{
      {"functions",
       "static inline int f(int a, char *b) { return a; }\nvoid g(void);\n",
       {"1-1 function f(a: int, b: char *) -> int returns flags(static, inline) private",
        "2-2 function g -> void flags(declaration)"}},
      {"C++'s words are names",
       "int class(int template) { return template; }\n",
       {"1-1 function class(template: int) -> int returns"}},
      {"types",
       "typedef struct node { struct node *next; } node_t;\nstruct plain { int a; };\ntypedef "
       "unsigned long size;\nenum color { red };\n",
       {"1-1 struct node_t", "2-2 struct plain", "3-3 type_alias size", "4-4 enum color"}},
      {"functions that return functions",
       "int (*signal(int number))(int);\n",
       {"1-1 function signal(number: int) -> int (*)(int) returns flags(declaration)"}},
      {"a prototype without names gives way to its definition",
       "static int compare(const void *, const void *);\nint old();\nstatic int compare(const void "
       "*a, const void *b) { return 0; }\nint old(a) char *a; { return 1; }\n",
       {"3-3 function compare(a: const void *, b: const void *) -> int returns flags(static) "
        "private",
        "4-4 function old(a: char *) -> int returns"}},
      {"parameters as before C had prototypes",
       "int ZEXPORT start(strm, level, call, rest)\n    z_streamp strm;\n    int level, "
       "(*call)(int);\n{\n  return 1;\n}\n",
       {"1-6 function start(strm: z_streamp, level: int, call: int (*)(int), rest) -> int "
        "returns"}},
      {"reserved words of a compiler or kernel before the name",
       "static int __init start(void) { return 0; }\nvoid *__must_check get(int a);\n",
       {"1-1 function start -> int returns flags(static) private",
        "2-2 function get(a: int) -> void* returns flags(declaration)"}},
      {"names in parentheses",
       "int (max)(int a, int b);\n",
       {"1-1 function max(a: int, b: int) -> int returns flags(declaration)"}},
  };
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Facts, CCases, testing::ValuesIn(c_cases()));

TEST(CppTest, SignatureIsAsWrittenOnOneLine) {
  const Outline outline =
      outline_source(Language::cpp,
                     "template <class T>\n  [[nodiscard]] static  int f(T a,  // x\n  int b = 2) "
                     "const\n{ return 1; }\nA::A(int x)\n  : x_(x) {}\n"
                     "class E final : public B {};\nint g();\n#define M(a,  b) a\n");
  std::vector<std::string> signatures;
  for (const Definition& definition : outline.definitions)
    signatures.push_back(definition.signature);
  EXPECT_THAT(signatures,
              testing::ElementsAre(
                  "template <class T> [[nodiscard]] static int f(T a, int b = 2) const",
                  "A::A(int x)", "class E final : public B", "int g()", "#define M(a, b)"));
}

TEST(CppTest, DocumentationIsKeptAsWritten) {
  const Outline outline =
      outline_source(Language::cpp, "/// a\n/// b\nint f();\n/* one */\n/** two */\nint g();\n");
  EXPECT_EQ(outline.definitions.at(0).existing_doc, "/// a\n/// b");
  EXPECT_EQ(outline.definitions.at(1).existing_doc, "/** two */");
}

TEST(CppTest, TheFilesOwnDocumentation) {
  const auto of = [](std::string_view source) {
    return outline_source(Language::cpp, source).module_doc;
  };
  EXPECT_EQ(of("// About this file.\n// More.\n\nint f();\n"), "// About this file.\n// More.");
  EXPECT_EQ(of("// About f.\nint f();\n"), "");
  EXPECT_EQ(of("// Copyright 2020\n\nint f();\n"), "");
  EXPECT_EQ(of("// Copyright 2020\n#include <x>\n/** \\file x.h\n  doc */\nint f();\n"),
            "/** \\file x.h\n  doc */");
}

TEST(CppTest, ALicenceIsNoDocumentationOfWhatFollows) {
  EXPECT_EQ(outline_source(Language::cpp, "// Copyright 2020 by all\nint f();\n")
                .definitions.at(0)
                .existing_doc,
            "");
}

TEST(CppTest, WhatIsSoundIsKeptBesideErrors) {
  const std::string_view source =
      "int a();\nint b(int, , ;\nclass C {\n  int d();\n  int = 3;\n  int e() { return (1; "
      "}\n};\nint f();\n";
  const Outline outline = outline_source(Language::cpp, source);
  std::vector<std::string> symbols;
  for (const Definition& definition : outline.definitions) symbols.push_back(definition.symbol);
  EXPECT_THAT(symbols, Contains("a"));
  EXPECT_THAT(symbols, Contains("C::d"));
  EXPECT_THAT(symbols, Contains("f"));
  EXPECT_THAT(outline.broken, Not(IsEmpty()));
}

TEST(CppTest, WhatLostItsClassIsDropped) {
  // The head of the class is lost; its functions are not the file's.
  const std::string_view source =
      "class A @@@ <<< {\n public:\n  int f() { return 1; }\n};\nint g() { return 1; }\n";
  for (const Definition& definition : outline_source(Language::cpp, source).definitions)
    EXPECT_NE(definition.symbol, "f");
}

}  // namespace
}  // namespace docwright::outline
