#include "pipeline/parse/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

outline::Definition function(std::string symbol, std::vector<std::string> parameters) {
  outline::Definition target;
  target.kind = outline::Kind::function;
  target.name = target.symbol = std::move(symbol);
  for (std::string& name : parameters)
    target.parameters.push_back({std::move(name), "", "", "positional_or_keyword"});
  return target;
}

class Checks : public ::testing::Test {
 protected:
  Checks() {
    target = function("connect", {"host", "timeout"});
    target.returns_value = true;
    target.raises = {"ValueError"};
    draft.summary = "Opens a socket to a server.";
    draft.parameters = {{"host", "Where the server is."}, {"timeout", "Seconds to wait."}};
    draft.returns = "The open socket.";
    draft.raises = {{"ValueError", "The port is negative."}};
  }

  // "rule severity", with "fixed" where it was.
  std::vector<std::string> run() {
    findings = check(draft, {target, language, source, truncated}, rules);
    std::vector<std::string> lines;
    for (const Finding& finding : findings) {
      lines.push_back(finding.rule +
                      (finding.fixed ? " fixed" : " " + std::string(name(finding.severity))));
    }
    return lines;
  }

  outline::Definition target;
  outline::Language language = outline::Language::python;
  std::string source = "def connect(host, timeout): ...";
  bool truncated = false;
  Draft draft;
  CheckRules rules;
  std::vector<Finding> findings;
};

TEST_F(Checks, AGoodDocumentPasses) {
  const Draft before = draft;
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_EQ(draft, before);
  EXPECT_FALSE(has_errors(findings));
}

TEST_F(Checks, P01MissingParameter) {
  draft.parameters.pop_back();
  EXPECT_THAT(run(), ElementsAre("P01 error"));
  EXPECT_EQ(findings[0].path, "/doc/parameters/timeout");
  EXPECT_EQ(findings[0].message, "the parameter 'timeout' is not documented");
  EXPECT_TRUE(has_errors(findings));
}

TEST_F(Checks, P01AnEmptyDescriptionIsNone) {
  draft.parameters[0].description.clear();
  EXPECT_THAT(run(), ElementsAre("P01 error"));
}

TEST_F(Checks, P02UnknownParameterWithTheNearestName) {
  draft.parameters[1].name = "timeuot";
  EXPECT_THAT(run(), ElementsAre("P01 error", "P02 error"));
  EXPECT_EQ(findings[1].path, "/doc/parameters/timeuot");
  EXPECT_EQ(findings[1].message, "'timeuot' is not a parameter (did you mean 'timeout'?)");
}

TEST_F(Checks, P02DecorationsOfNamesAreMended) {
  target = function("call", {"args", "kwargs", "buf"});
  draft = {
      .summary = "Forwards everything to the wrapped callable.",
      .parameters = {
          {"*args", "Positional ones."}, {"`**kwargs`", "Named ones."}, {"char *buf", "Bytes."}}};
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_EQ(draft.parameters[0].name, "args");
  EXPECT_EQ(draft.parameters[1].name, "kwargs");
  EXPECT_EQ(draft.parameters[2].name, "buf");
}

TEST_F(Checks, P02ReceiversAndTypeParametersGo) {
  target.type_parameters = {{"T", "", "", ""}};
  draft.parameters.insert(draft.parameters.begin(),
                          {{"self", "The object."}, {"T", "The element."}});
  EXPECT_THAT(run(), ElementsAre("P02 fixed", "P02 fixed"));
  EXPECT_EQ(draft.parameters.size(), 2U);
  EXPECT_FALSE(has_errors(findings));
}

TEST_F(Checks, P03OrderAndDuplicatesAreMended) {
  draft.parameters = {{"timeout", "Seconds."}, {"host", "Where."}, {"timeout", "Again."}};
  EXPECT_THAT(run(), ElementsAre("P03 fixed"));
  EXPECT_EQ(draft.parameters,
            (std::vector<Draft::Named>{{"host", "Where."}, {"timeout", "Seconds."}}));
}

TEST_F(Checks, P03IsFoundWhereNothingMayBeMended) {
  rules.repair = false;
  std::swap(draft.parameters[0], draft.parameters[1]);
  EXPECT_THAT(run(), ElementsAre("P03 warning"));
}

TEST_F(Checks, P02IsFoundWhereNothingMayBeMended) {
  rules.repair = false;
  draft.parameters[1].name = "`timeout`";
  draft.parameters.push_back({"self", "The object."});
  const Draft before = draft;
  EXPECT_THAT(run(), ElementsAre("P01 error", "P02 error", "P02 error"));
  EXPECT_EQ(draft, before);
}

TEST_F(Checks, UnnamedParametersNeedNothing) {
  target.parameters.push_back({"", "int", "", "positional"});
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(Checks, ClassesHaveNoParametersOrReturns) {
  target = function("Reader", {});
  target.kind = outline::Kind::class_;
  draft.raises.clear();
  EXPECT_THAT(run(), ElementsAre("P02 fixed", "R01 fixed"));
  EXPECT_THAT(draft.parameters, IsEmpty());
  EXPECT_EQ(draft.returns, "");
}

TEST_F(Checks, WhatAClassHasNotIsFoundWhereNothingMayBeMended) {
  rules.repair = false;
  target = function("Reader", {});
  target.kind = outline::Kind::class_;
  draft.yields = "Lines.";
  const Draft before = draft;
  EXPECT_THAT(run(), ElementsAre("P02 error", "R01 error", "R03 error", "X02 error"));
  EXPECT_EQ(draft, before);
}

TEST_F(Checks, R01NothingIsReturned) {
  target.returns_value = false;
  EXPECT_THAT(run(), ElementsAre("R01 error"));
  draft.returns = "None.";
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_EQ(draft.returns, "");
}

TEST_F(Checks, R02AValueIsReturned) {
  draft.returns.clear();
  EXPECT_THAT(run(), ElementsAre("R02 error"));
  target.kind = outline::Kind::constructor;
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(Checks, R03Generators) {
  target.yields = true;
  target.returns_value = false;
  EXPECT_THAT(run(), ElementsAre("R03 fixed"));  // what was "returned" is what is yielded
  EXPECT_EQ(draft.yields, "The open socket.");
  EXPECT_EQ(draft.returns, "");
  draft.yields.clear();
  EXPECT_THAT(run(), ElementsAre("R03 error"));
  target.yields = false;
  draft.yields = "Sockets.";
  EXPECT_THAT(run(), ElementsAre("R03 error"));
}

TEST_F(Checks, X01RaisedButNotDocumented) {
  draft.raises.clear();
  EXPECT_THAT(run(), ElementsAre("X01 warning"));
  EXPECT_FALSE(has_errors(findings));
}

TEST_F(Checks, X01ComparesTheLastPartOfNames) {
  language = outline::Language::cpp;
  target.raises = {"std::out_of_range"};
  draft.raises = {{"out_of_range", "Too far."}};
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(Checks, X02InventedExceptions) {
  draft.raises.push_back({"ServerGoneError", "Never."});
  EXPECT_THAT(run(), ElementsAre("X02 error"));
  EXPECT_EQ(findings[0].path, "/doc/raises/1");
  source += "\nclass ServerGoneError(Exception): pass";
  EXPECT_THAT(run(), IsEmpty());
  draft.raises.back().type = "KeyError";  // a callee may
  EXPECT_THAT(run(), IsEmpty());
  draft.raises.back().type = "if the server is gone";
  EXPECT_THAT(run(), ElementsAre("X02 error"));
}

TEST_F(Checks, S01SummaryIsMended) {
  draft.summary = "Opens a socket\n to a server";
  EXPECT_THAT(run(), ElementsAre("S01 fixed"));
  EXPECT_EQ(draft.summary, "Opens a socket to a server.");
  draft.summary = "Opens a socket (e.g. TCP). Then it waits. For 3.5 s";
  EXPECT_THAT(run(), ElementsAre("S01 fixed"));
  EXPECT_EQ(draft.summary, "Opens a socket (e.g. TCP).");
  EXPECT_EQ(draft.description, "Then it waits. For 3.5 s");
}

TEST_F(Checks, S01LongSummaries) {
  const auto words = [](int count) {
    std::string text = "Opens";
    for (int i = 0; i < count; ++i) text += " w" + std::to_string(i);
    return text + ".";
  };
  draft.summary = words(35);
  ASSERT_GT(draft.summary.size(), 120U);
  ASSERT_LE(draft.summary.size(), 160U);
  EXPECT_THAT(run(), ElementsAre("S01 warning"));
  const std::string longer = draft.summary = words(60);
  EXPECT_THAT(run(), ElementsAre("S01 fixed"));
  EXPECT_LE(draft.summary.size(), 162U);
  EXPECT_TRUE(draft.summary.ends_with("…"));
  EXPECT_EQ(draft.description, longer);
}

TEST_F(Checks, S02SaysNothingNew) {
  for (const char* empty :
       {"Connects the host with the timeout.", "This function connects.", "Connect host."}) {
    draft.summary = empty;
    EXPECT_THAT(run(), ElementsAre("S02 warning")) << empty;
  }
  draft.summary = "Connects, retrying twice.";
  EXPECT_THAT(run(), IsEmpty());
  draft.summary = "Соединяет с сервером.";
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(Checks, S03AssistantVoice) {
  for (const char* voice :
       {"Here is the documentation of a socket.", "I'm not sure what the socket does.",
        "Opens a socket, as shown in the provided code.", "Opens a socket. Let me know!"}) {
    draft.summary = voice;
    EXPECT_THAT(run(), ::testing::Contains("S03 error")) << voice;
    draft.description.clear();
  }
  draft.summary = "Waits for I/O on a socket; error I am not listed.";
  EXPECT_THAT(run(), ElementsAre("S03 error"));
  draft.summary = "Waits for I/O of type I on a socket.";
  EXPECT_THAT(run(), IsEmpty());
  draft.summary = "Certainly! This opens a socket.";
  EXPECT_THAT(run(), ElementsAre("S03 error"));
  draft.summary = "Opens a socket of type I. Will block.";
  EXPECT_THAT(run(), ::testing::Not(::testing::Contains("S03 error")));
  draft.summary = "Opens a socket, which certainly blocks.";
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(Checks, S03KnowsThatCodeCanBeAParameter) {
  draft.summary = "Runs the given code on a socket.";
  EXPECT_THAT(run(), ElementsAre("S03 error"));
  target.symbol = target.name = "run_code";
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(Checks, S04EmptyCutAndRepeated) {
  draft.summary = " \n";
  EXPECT_THAT(run(), ElementsAre("S04 error"));
  draft.summary = "Opens a socket.";
  draft.description = "It opens. It opens. It opens. It opens. It opens. It opens.";
  EXPECT_THAT(run(), ElementsAre("S04 error"));
  draft.description = "Padding" + std::string(200, ' ') + ".";
  EXPECT_THAT(run(), ElementsAre("S04 error"));
  draft.description.clear();
  truncated = true;
  EXPECT_THAT(run(), ElementsAre("S04 error"));
  EXPECT_EQ(findings[0].path, "/doc");
}

TEST_F(Checks, SeveritiesAreThePipelines) {
  draft.parameters.clear();
  draft.raises.clear();
  rules.severities = {{"P01", "warning"}, {"X01", "off"}};
  EXPECT_THAT(run(), ElementsAre("P01 warning", "P01 warning"));
  rules.severities = {{"P01", "off"}, {"X01", "error"}};
  EXPECT_THAT(run(), ElementsAre("X01 error"));
}

TEST(DraftTest, ReadsBothShapesToTheSame) {
  const std::vector targets = {function("f", {"a", "b"}), function("g", {})};
  const Json exact = {
      {"documents",
       {{"f",
         {{"summary", "Adds."},
          {"description", ""},
          {"parameters", {{"a", "One."}, {"b", {{"description", "Two."}}}}},
          {"returns", "Sum."}}},
        {"g", {{"summary", " Does. "}, {"raises", {{{"type", "E"}, {"when", "Late."}}}}}}}}};
  const Json shared = {
      {"documents",
       {{{"symbol", "f"},
         {"summary", "Adds."},
         {"parameters",
          {{{"name", "a"}, {"description", "One."}}, {{"name", "b"}, {"description", "Two."}}}},
         {"returns", {{"description", "Sum."}}},
         {"raises", Json::array()}},
        {{"symbol", "`g()`"},
         {"summary", "Does."},
         {"raises", {{{"type", "E"}, {"when", "Late."}}}}}}}};
  const Drafts first = read_drafts(exact, targets);
  EXPECT_EQ(first.by_symbol, read_drafts(shared, targets).by_symbol);
  EXPECT_EQ(
      dump_json(to_json(first.by_symbol.at("f"))),
      R"({"summary":"Adds.","parameters":{"a":{"description":"One."},"b":{"description":"Two."}},)"
      R"("returns":{"description":"Sum."}})");
  EXPECT_EQ(dump_json(to_json(first.by_symbol.at("g"))),
            R"({"summary":"Does.","raises":[{"type":"E","when":"Late."}]})");
}

TEST(DraftTest, KnowsStrangers) {
  const std::vector targets = {function("a.f", {}), function("b.f", {}), function("g", {})};
  const Json answer = {
      {"documents",
       {{"f", {{"summary", "x"}}}, {"g()", {{"summary", "x"}}}, {"h", {{"summary", "x"}}}}}};
  const Drafts drafts = read_drafts(answer, targets);
  EXPECT_EQ(drafts.by_symbol.size(), 1U);
  EXPECT_THAT(drafts.strangers, UnorderedElementsAre("f", "h"));
}

TEST(DraftTest, OneTargetNeedsNoSymbol) {
  const std::vector targets = {function("f", {})};
  for (const Json& answer : {Json{{"summary", "x"}}, Json{{"documents", {{{"summary", "x"}}}}}}) {
    EXPECT_EQ(read_drafts(answer, targets).by_symbol.count("f"), 1U) << answer.dump();
  }
}

TEST(DraftTest, AnyJsonIsRead) {
  const std::vector targets = {function("f", {"a"})};
  for (const char* text : {"{}", R"({"documents":1})", R"({"documents":[1,null,{"symbol":1}]})",
                           R"({"documents":{"f":[{"a":{}}]}})",
                           R"({"documents":{"f":{"parameters":[[1]],"raises":{"a":2}}}})"}) {
    static_cast<void>(read_drafts(*parse_json(text), targets));
  }
}

}  // namespace
}  // namespace docwright::pipeline
