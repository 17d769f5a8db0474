// The default model that a person has chosen: the latest choice holds, and all stay on record.
#include "store/default_models.h"

#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

class DefaultModels : public StoreTest {
 protected:
  void choose(const std::string& name) {
    now_ += std::chrono::seconds(1);
    change([&](store::Database& database) {
      store::choose_default_model(database, name, "anna", now_);
    });
  }
};

TEST_F(DefaultModels, TheLatestChoiceHoldsAlsoAfterARestart) {
  EXPECT_FALSE(store::default_model(database()));
  choose("a");
  choose("b");
  restart();
  const auto chosen = store::default_model(database());
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->name, "b");
  EXPECT_EQ(chosen->chosen_by, "anna");
  EXPECT_EQ(chosen->since, now_);
  choose("");
  EXPECT_FALSE(store::default_model(database()));
}

TEST_F(DefaultModels, ChoicesComeInTheirOrder) {
  for (const char* name : {"a", "b", "", "c"}) choose(name);
  std::vector<std::string> names;
  for (const store::DefaultModel& each : store::default_models(database(), 3))
    names.push_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string>{"b", "", "c"}));
}

TEST_F(DefaultModels, AJobSaysWhomItAskedLast) {
  const auto job = running_job(1);
  EXPECT_EQ(store::model_asked(database(), job.row), "");
  granted(new_call(job, 500, job.id));
  EXPECT_NE(store::model_asked(database(), job.row), "");
}

}  // namespace
}  // namespace docwright::test
